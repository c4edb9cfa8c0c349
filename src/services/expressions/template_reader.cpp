#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "model/http_text.hpp"
#include "services/document/spelling.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/json_path.hpp"
#include "services/expressions/template.hpp"

namespace valetkey::services {
namespace {

using Of = TemplatePiece::Of;

std::unexpected<model::Error> fault(std::string detail) {
  return model::fail(model::Code::kInvalidInput, "no template: " + std::move(detail));
}

/// The text up to the closing brace, one of an expression's 'text' excepted; nullopt without one.
std::optional<std::string_view> braced(std::string_view text) {
  bool in_quotes = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\'') in_quotes = !in_quotes;
    if (text[at] == '}' && !in_quotes) return text.substr(0, at);
  }
  return std::nullopt;
}

/// `ALGORITHM, SECRET, EXPR, ENCODING`: the expression stands between the second comma and the last.
model::Result<TemplatePiece> hmac_piece(std::string_view inside) {
  constexpr std::string_view kForm = "hmac(ALGORITHM, SECRET, EXPR, ENCODING) is expected";
  const auto first = inside.find(',');
  const auto second = first == std::string_view::npos ? first : inside.find(',', first + 1);
  const auto last = inside.rfind(',');
  if (second == std::string_view::npos || last <= second) return fault(std::string(kForm));
  TemplatePiece out{.of = Of::kHmac};
  const auto algorithm = spelled<HashAlgorithm>(model::trimmed(inside.substr(0, first)));
  const auto encoding = spelled<Encoding>(model::trimmed(inside.substr(last + 1)));
  if (!algorithm || !encoding)
    return fault(fmt::format("{}; algorithms: {}; encodings: {}", kForm, spellings_of<HashAlgorithm>(), spellings_of<Encoding>()));
  out.algorithm = *algorithm;
  out.encoding = *encoding;
  out.text = model::trimmed(inside.substr(first + 1, second - first - 1));
  if (!is_path(out.text)) return fault(std::string(kForm));
  auto expression = parse_expression(model::trimmed(inside.substr(second + 1, last - second - 1)));
  if (!expression) return model::fail(std::move(expression.error()));
  out.expression = std::move(*expression);
  return out;
}

model::Result<TemplatePiece> piece_of(std::string_view inside, bool with_hmac) {
  constexpr std::string_view kHmac = "hmac(";
  constexpr std::string_view kSecret = "secret.";
  constexpr std::string_view kParameter = "param.";
  if (inside.starts_with(kHmac) && inside.ends_with(')')) {
    if (!with_hmac) return fault("hmac() stands in the replies of challenges only");
    return hmac_piece(inside.substr(kHmac.size(), inside.size() - kHmac.size() - 1));
  }
  if (inside.starts_with(kSecret)) {
    const auto name = inside.substr(kSecret.size());
    if (!is_path(name)) return fault("a secret's name is expected behind secret.");
    return TemplatePiece{.of = Of::kSecret, .text = std::string(name)};
  }
  const auto is_parameter = inside.starts_with(kParameter);
  auto expression = is_parameter ? parse_expression(fmt::format("param({})", inside.substr(kParameter.size()))) : parse_expression(inside);
  if (!expression) return model::fail(std::move(expression.error()));
  return TemplatePiece{.of = Of::kExpression, .expression = std::move(*expression)};
}

void add_literal(std::vector<TemplatePiece>& pieces, char c) {
  if (pieces.empty() || pieces.back().of != Of::kText) pieces.push_back({});
  pieces.back().text += c;
}

}  // namespace

model::Result<Text> parse_template(std::string_view text, bool with_hmac) {
  if (text.size() > kMostTemplateBytes) return fault(fmt::format("must have at most {} bytes", kMostTemplateBytes));
  auto out = std::make_shared<Template>();
  for (std::size_t at = 0; at < text.size();) {
    const auto two = text.substr(at, 2);
    if (two == "{{" || two == "}}") {
      add_literal(out->pieces, text[at]);
      at += 2;
    } else if (text[at] == '}') {
      return fault("a `}` without its `{`; write `}}` for a brace");
    } else if (text[at] == '{') {
      const auto inside = braced(text.substr(at + 1));
      if (!inside) return fault("a `{` without its `}`; write `{{` for a brace");
      auto piece = piece_of(model::trimmed(*inside), with_hmac);
      if (!piece) return model::fail(std::move(piece.error()));
      out->pieces.push_back(std::move(*piece));
      at += inside->size() + 2;
    } else {
      add_literal(out->pieces, text[at++]);
    }
  }
  if (out->pieces.size() > kMostTemplatePieces) return fault(fmt::format("must have at most {} parts", kMostTemplatePieces));
  return out;
}

bool is_signable(char c) {
  return model::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("+/=_-").find(c) != std::string_view::npos;
}

bool is_signable(std::string_view text) {
  constexpr std::size_t kMost = 128;
  return !text.empty() && text.size() <= kMost && std::ranges::all_of(text, [](char c) { return is_signable(c); });
}

bool has_secret(const Template& text) {
  return std::ranges::any_of(text.pieces, [](const TemplatePiece& piece) { return piece.of == Of::kSecret; });
}

bool is_constant(const Template& text) {
  return std::ranges::all_of(text.pieces, [](const TemplatePiece& piece) { return piece.of == Of::kText; });
}

}  // namespace valetkey::services
