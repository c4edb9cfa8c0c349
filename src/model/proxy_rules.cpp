#include <algorithm>

#include "model/integration_rules.hpp"
#include "model/json_reader.hpp"

namespace valetkey::model {
namespace {

using Errors = std::vector<FieldError>;

constexpr std::string_view kReserved[] = {"access_token"};

bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

bool is_header_name(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_char); }

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool has_control_bytes(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// What framing and the proxy decide by themselves.
bool is_fixable_header(std::string_view name) {
  constexpr std::string_view kRefused[] = {"host",    "content-length",   "transfer-encoding", "connection", "upgrade", "te",
                                           "trailer", "proxy-connection", "keep-alive",        "expect",     "cookie"};
  return is_header_name(name) && std::ranges::find(kRefused, lower(name)) == std::end(kRefused);
}

void check_value(const Integration& integration, std::string_view value, const std::string& pointer, Errors& errors) {
  if (has_control_bytes(value)) errors.push_back({pointer, "must not hold control bytes"});
  if (auto wrong = check_placeholders_in(value, integration.placeholders, kReserved)) errors.push_back({pointer, std::move(*wrong)});
}

void check_rate_limit(const RateLimitSignal& signal, Errors& errors) {
  for (const auto& [member, name] :
       {std::pair("remaining_header", &signal.remaining_header), std::pair("reset_header", &signal.reset_header)})
    if (!name->empty() && !is_header_name(*name)) errors.push_back({pointer_to("/proxy/rate_limit", member), "is no name of a header"});
  if (signal.reset_header.empty() && signal.reset_unit != ResetUnit::kSeconds)
    errors.push_back({"/proxy/rate_limit/reset_header", "is required with reset_unit"});
}

}  // namespace

void check_proxy(const Integration& integration, Errors& errors) {
  const auto& proxy = integration.proxy;
  for (const auto& [name, value] : proxy.headers) {
    const auto pointer = pointer_to("/proxy/headers", name);
    if (!is_fixable_header(name)) errors.push_back({pointer, "is no header that an integration may set"});
    check_value(integration, value, pointer, errors);
  }
  for (const auto& [name, value] : proxy.query) {
    const auto pointer = pointer_to("/proxy/query", name);
    if (name.empty() || has_control_bytes(name)) errors.push_back({pointer, "is no name of a parameter"});
    check_value(integration, value, pointer, errors);
  }
  if (!proxy.expired_body.path.empty()) {
    if (proxy.expired_body.statuses.empty()) errors.push_back({"/proxy/expired_body/statuses", "must name at least one status"});
    if (proxy.expired_body.values.empty()) errors.push_back({"/proxy/expired_body/values", "must name at least one value"});
  }
  check_rate_limit(proxy.rate_limit, errors);
}

}  // namespace valetkey::model
