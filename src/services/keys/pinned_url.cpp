#include "services/keys/pinned_url.hpp"

#include <fmt/format.h>

#include "services/host_pattern.hpp"

namespace valetkey::services {
namespace {

constexpr std::uint16_t kHttps = 443;

std::unexpected<model::Error> refuse(std::string why) { return model::fail(model::Code::kInvalidInput, "fetch a key: " + std::move(why)); }

}  // namespace

model::Result<std::string> pinned_url(std::string_view text, const std::vector<std::string>& pinned, bool takes_query) {
  const auto url = model::parse_url(text);
  if (!url) return refuse(url.error().detail);
  if (!is_pinned(url->host, pinned)) return refuse(fmt::format("{} is none of the service's hosts", model::clipped(url->host)));
  if (!model::is_loopback(*url) && (url->scheme != "https" || url->port != kHttps))
    return refuse("only https on its standard port is used");
  if (url->has_query && !takes_query) return refuse("the URL of a certificate has no query");
  return model::to_string(*url);
}

}  // namespace valetkey::services
