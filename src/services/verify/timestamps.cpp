#include "services/verify/timestamps.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services::verify {
namespace {

using From = TimestampRule::From;

constexpr std::string_view kWhat = "timestamp";

std::optional<std::string> text_at(const TimestampRule& rule, RequestView& view, const model::Pairs& fields) {
  switch (rule.from) {
    case From::kHeader: {
      const auto value = single_header(view.request(), rule.name);
      return value ? std::optional<std::string>(*value) : std::nullopt;
    }
    case From::kSignature: {
      const auto value = single_field(fields, rule.name, "timestamp_missing");
      return value ? std::optional<std::string>(*value) : std::nullopt;
    }
    case From::kBody: {
      const auto* body = view.decoded().body;
      const auto* value = body == nullptr ? nullptr : value_at(*body, rule.name);
      return value == nullptr ? std::nullopt : model::scalar_text(*value);
    }
    case From::kQuery: {
      const auto* query = view.decoded().query;
      auto value = query == nullptr ? model::Result<std::optional<std::string>>{} : model::single_value(*query, rule.name);
      return value ? *value : std::nullopt;
    }
  }
  return std::nullopt;
}

std::string seconds(model::Milliseconds time) { return fmt::format("{} s", std::chrono::duration_cast<model::Seconds>(time).count()); }

}  // namespace

Finding<std::string> checked_timestamp(const TimestampRule& rule, RequestView& view, const model::Pairs& signature_fields, Trace& trace) {
  auto text = text_at(rule, view, signature_fields);
  if (!text || text->empty()) return trace.rejected("timestamp_missing", kWhat, "there is none, or more than one");
  const auto time = time_of(*text, rule.unit);
  if (!time) return trace.rejected("timestamp_malformed", kWhat, "it is no time: " + model::clipped(*text));
  const auto age = view.request().received_at - *time;
  if (age > rule.past)
    return trace.rejected("timestamp_too_old", kWhat, fmt::format("{}: {} old, at most {}", *text, seconds(age), seconds(rule.past)));
  if (-age > rule.future)
    return trace.rejected("timestamp_in_future", kWhat,
                          fmt::format("{}: {} ahead, at most {}", *text, seconds(-age), seconds(rule.future)));
  trace.found(kWhat, [&] { return fmt::format("{}: {} old", *text, seconds(age)); });
  return std::move(*text);
}

}  // namespace valetkey::services::verify
