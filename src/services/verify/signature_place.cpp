#include "services/verify/signature_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services::verify {
namespace {

using From = SignaturePlace::From;
using Texts = std::vector<std::string_view>;

constexpr std::string_view kWhat = "signature";
constexpr Reason kDuplicated = "signature_duplicated";

/// A name that comes twice rejects: which of the two was verified would be a matter of taste.
Finding<Texts> values_of(const model::Pairs* pairs, std::string_view pattern) {
  Texts out;
  if (pairs == nullptr) return out;
  Texts names;
  for (const auto& [name, value] : *pairs) {
    if (!fits(name, pattern)) continue;
    if (std::ranges::find(names, std::string_view(name)) != names.end()) return std::unexpected(kDuplicated);
    names.push_back(name);
    out.push_back(value);
  }
  return out;
}

/// A parameter's name is no pattern.
Finding<Texts> value_of(const model::Pairs* pairs, std::string_view name) {
  Texts out;
  if (pairs == nullptr) return out;
  for (const auto& [key, value] : *pairs)
    if (key == name) out.push_back(value);
  if (out.size() > 1) return std::unexpected(kDuplicated);
  return out;
}

Finding<Texts> of_authorization(const Incoming& request, bool is_bearer) {
  auto texts = value_of(&request.headers, "authorization");
  if (!texts || texts->empty() || !is_bearer) return texts;
  constexpr std::string_view kBearer = "bearer ";
  auto& text = texts->front();
  if (!model::equals_ignoring_case(text.substr(0, kBearer.size()), kBearer)) return Texts{};
  text.remove_prefix(kBearer.size());
  return texts;
}

Texts of_json(const boost::json::value* root, std::string_view path) {
  const auto* value = root == nullptr ? nullptr : value_at(*root, path);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return {};
  return {std::string_view(*text)};
}

Finding<Texts> texts_at(const SignaturePlace& place, RequestView& view, const boost::json::value* item) {
  switch (place.from) {
    case From::kHeader: return value_of(&view.request().headers, place.name);
    case From::kHeaders: return values_of(&view.request().headers, place.name);
    case From::kQuery: return value_of(view.decoded().query, place.name);
    case From::kForm: return value_of(view.decoded().form, place.name);
    // The whole body is the token (Wix).
    case From::kBody: return place.name == "$" ? Texts{view.request().body} : of_json(view.decoded().body, place.name);
    case From::kItem: return of_json(item, place.name);
    case From::kBearer: return of_authorization(view.request(), true);
    case From::kAuthorization: return of_authorization(view.request(), false);
  }
  return Texts{};
}

std::string_view why(Reason reason) {
  if (reason == kDuplicated) return "there is more than one";
  if (reason == "signature_missing") return "there is none";
  return "it is not written as this scheme writes it";
}

}  // namespace

Finding<SignatureTexts> signature_texts(const SignaturePlace& place, RequestView& view, const boost::json::value* item, Trace& trace) {
  const auto texts = texts_at(place, view, item);
  auto found = texts ? read_signatures(place, *texts) : std::unexpected(texts.error());
  if (!found) return trace.rejected(found.error(), kWhat, fmt::format("{}: {}", name_of(place), why(found.error())));
  trace.found(kWhat, [&] { return fmt::format("{}: {} found", name_of(place), found->values.size()); });
  return found;
}

std::string name_of(const SignaturePlace& place) {
  switch (place.from) {
    case From::kHeader:
    case From::kHeaders: return "header " + place.name;
    case From::kQuery: return "query parameter " + place.name;
    case From::kForm: return "form field " + place.name;
    case From::kBody: return "member " + place.name + " of the body";
    case From::kItem: return "member " + place.name + " of each item";
    case From::kBearer: return "Authorization: Bearer";
    case From::kAuthorization: return "Authorization";
  }
  return {};
}

}  // namespace valetkey::services::verify
