#include "services/script/secret_scan.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/encoding.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;

constexpr std::size_t kLeast = 8;
constexpr std::string_view kMask = "***";

}  // namespace

void SecretScan::add(const model::Secret& secret) {
  if (secret.empty()) return;
  if (secret.size() < kLeast) {
    short_.push_back(secret);
    return;
  }
  const auto bytes = secret.reveal();
  forms_.push_back(secret);
  for (auto form : {model::to_hex(bytes), model::to_base64(bytes), model::to_base64url(bytes), model::percent_encode(bytes)})
    if (form != bytes) forms_.emplace_back(std::move(form));
}

bool SecretScan::finds(std::string_view text) const {
  return std::ranges::any_of(forms_, [&](const auto& form) { return text.contains(form.reveal()); }) ||
         std::ranges::any_of(short_, [&](const auto& secret) { return text == secret.reveal(); });
}

bool SecretScan::finds(const json::value& value) const {
  if (const auto* text = value.if_string()) return finds(std::string_view(*text));
  if (const auto* list = value.if_array()) return std::ranges::any_of(*list, [&](const json::value& item) { return finds(item); });
  if (const auto* object = value.if_object())
    return std::ranges::any_of(*object, [&](const auto& member) { return finds(std::string_view(member.key())) || finds(member.value()); });
  return false;
}

std::string SecretScan::masked(std::string text) const {
  for (const auto& secret : short_)
    if (text == secret.reveal()) return std::string(kMask);
  for (const auto& form : forms_)
    for (auto at = text.find(form.reveal()); at != std::string::npos; at = text.find(form.reveal(), at + kMask.size()))
      text.replace(at, form.size(), kMask);
  return text;
}

void SecretScan::mask(json::value& value) const {
  if (auto* text = value.if_string(); text != nullptr && finds(std::string_view(*text)))
    *text = masked(std::string(std::string_view(*text)));
  if (auto* list = value.if_array())
    for (auto& item : *list) mask(item);
  if (auto* object = value.if_object())
    for (auto& member : *object) mask(member.value());
}

}  // namespace valetkey::services
