#include "model/form.hpp"

#include <fmt/format.h>

#include "model/encoding.hpp"

namespace valetkey::model {
namespace {

void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == ' ') out += '+';
    else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '*')
      out += c;
    else fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
  }
}

std::optional<std::string> decoded(std::string_view text) {
  std::string spaced(text);
  for (auto& c : spaced)
    if (c == '+') c = ' ';
  const auto bytes = percent_decode(spaced);
  return bytes ? std::optional(as_utf8(*bytes)) : std::nullopt;
}

}  // namespace

std::string to_form(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
  }
  return out;
}

Result<Pairs> parse_form(std::string_view text, FormLimits limits) {
  if (text.size() > limits.most_bytes)
    return fail(Code::kPayloadTooLarge, fmt::format("read a form: more than {} bytes", limits.most_bytes));
  Pairs pairs;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('&', at), text.size());
    const auto part = text.substr(at, end - at);
    at = end + 1;
    if (part.empty()) continue;
    if (pairs.size() == limits.most_pairs)
      return fail(Code::kPayloadTooLarge, fmt::format("read a form: more than {} parameters", limits.most_pairs));
    const auto equals = std::min(part.find('='), part.size());
    auto name = decoded(part.substr(0, equals));
    auto value = decoded(equals == part.size() ? std::string_view{} : part.substr(equals + 1));
    if (!name || !value) return fail(Code::kMalformedRequest, "read a form: a broken percent escape");
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

Result<std::optional<std::string>> single_value(const Pairs& pairs, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [key, value] : pairs) {
    if (key != name) continue;
    if (found) return fail(Code::kMalformedRequest, fmt::format("read a form: the parameter {} comes twice", clipped(name)));
    found = value;
  }
  return found;
}

}  // namespace valetkey::model
