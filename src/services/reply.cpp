#include <fmt/format.h>

#include <algorithm>

#include "model/encoding.hpp"
#include "services/challenge.hpp"

namespace valetkey::services {
namespace {

/// A field value (RFC 9110 5.5) without tabs and obs-text: nothing that could end the line.
bool is_header_value(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

model::Result<std::string> json_of(const std::vector<std::pair<std::string, Text>>& members, const Facts& facts) {
  std::string out = "{";
  for (const auto& [name, text] : members) {
    const auto value = fill(text, facts);
    if (!value) return value;
    if (out.size() > 1) out += ',';
    model::append_json_string(out, name);
    out += ':';
    model::append_json_string(out, *value);
  }
  return out + "}";
}

}  // namespace

model::Result<Reply> reply_of(const ReplyRule& rule, const Facts& facts) {
  Reply out{.status = rule.status, .headers = {}, .body = {}, .content_type = rule.content_type};
  for (const auto& [name, text] : rule.headers) {
    auto value = fill(text, facts);
    if (!value) return model::fail(std::move(value.error()));
    if (!is_header_value(*value))
      return model::fail(model::Code::kInvalidInput, fmt::format("answer with the header {}: the value has control bytes", name));
    out.headers.emplace_back(name, std::move(*value));
  }
  auto body = rule.content_type == "application/json" && !rule.body ? json_of(rule.json, facts) : fill(rule.body, facts);
  if (!body) return model::fail(std::move(body.error()));
  out.body = std::move(*body);
  return out;
}

}  // namespace valetkey::services
