#include "http/trace_context.hpp"

#include <algorithm>

#include "http/request.hpp"

namespace valetkey::http {
namespace {

constexpr std::size_t kVersion = 2;
constexpr std::size_t kTraceId = 32;
constexpr std::size_t kParentId = 16;
constexpr std::size_t kFlags = 2;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}
bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

/// Takes `size` lower-case hex digits and the dash behind them, if there is more; empty: they are not there.
std::string_view take(std::string_view& rest, std::size_t size) {
  const auto field = rest.substr(0, size);
  if (field.size() != size || !is_hex(field)) return {};
  rest.remove_prefix(size);
  if (rest.empty()) return field;
  if (!rest.starts_with('-')) return {};
  rest.remove_prefix(1);
  return field;
}

}  // namespace

std::string_view trace_id(const Request& request) {
  auto rest = request.header("traceparent").value_or(std::string_view{});
  const auto version = take(rest, kVersion);
  if (version.empty() || version == "ff") return {};
  const auto trace = take(rest, kTraceId);
  const auto parent = take(rest, kParentId);
  if (trace.empty() || parent.empty() || is_zero(trace) || is_zero(parent)) return {};
  // Version 00 ends with the flags; later ones may go on.
  if (take(rest, kFlags).empty() || (version == "00" && !rest.empty())) return {};
  return trace;
}

}  // namespace valetkey::http
