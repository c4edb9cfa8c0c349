// Texts with {placeholders}: taken apart without loss, and filled without a value changing what surrounds it.
#include "model/placeholder_text.hpp"

#include <algorithm>

#include "fuzz/property.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out.append(out.empty() ? "" : "|").append(name);
  return out;
}

std::string written(const std::vector<model::TextPiece>& pieces) {
  std::string out;
  for (const auto& piece : pieces) {
    if (!piece.names.empty()) out += "{" + joined(piece.names) + "}";
    for (const char c : piece.literal) out.append(c == '{' || c == '}' ? 2 : 1, c);
  }
  return out;
}

std::size_t length_of_literals(const std::vector<model::TextPiece>& pieces) {
  std::size_t length = 0;
  for (const auto& piece : pieces) length += piece.literal.size();
  return length;
}

/// Line 1: the value of every placeholder; the rest: the text.
void take_apart_and_fill(std::string_view input) {
  const std::string value(valetkey::fuzz::take_line(input));
  const auto pieces = model::parse_placeholder_text(input);
  if (!pieces) return require(model::placeholder_names(input).empty(), "a broken text names nothing");
  require(written(*pieces) == input, "a text is its pieces");

  std::map<std::string, std::string> values;
  for (const auto& name : model::placeholder_names(input)) values[name] = value;
  const auto plain = model::fill(input, values, model::Where::kPlain);
  require(plain.has_value() == (values.empty() || !value.empty()), "a text is filled when every placeholder has a value");
  if (const auto header = model::fill(input, values, model::Where::kHeader); header && !values.empty())
    require(std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }),
            "no value brings a control byte into a header");
  if (const auto host = model::fill(input, values, model::Where::kHost); host && !values.empty())
    require(model::is_host_label(value), "a value in a host is one label");
  for (const auto where : {model::Where::kPath, model::Where::kQuery}) {
    const auto filled = model::fill(input, values, where);
    if (!filled || length_of_literals(*pieces) > 0) continue;
    require(filled->find_first_of("/?#&=+\r\n ") == std::string::npos, "no value brings a delimiter into a path or a query");
  }
}

}  // namespace

VALETKEY_FUZZ_TARGET(take_apart_and_fill)
