// Times as users and providers write them.
#include "fuzz/property.hpp"
#include "model/time.hpp"

namespace {

void read_time(std::string_view text) {
  const auto time = valetkey::model::parse_rfc3339(text);
  if (!time) return;
  const auto written = valetkey::model::to_rfc3339(*time);
  valetkey::fuzz::require(written.size() == 24, "a time is written with four digits of a year");
  valetkey::fuzz::require(valetkey::model::parse_rfc3339(written) == time, "a time that was written reads as the same time");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_time)
