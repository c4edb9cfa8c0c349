#include "services/keys/key_answers.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using verify::FetchedKey;
using verify::PublicKey;

constexpr model::Seconds kLongest{3600};
constexpr model::Seconds kShortest{60};

std::unexpected<model::Error> refuse(std::string why) { return model::fail(model::Code::kInvalidInput, "read keys: " + std::move(why)); }

std::string text_of(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(std::string_view(*text));
}

/// RFC 7517 4.2 and 4.3: a key may say that it does something else.
bool may_sign(const json::object& jwk) {
  const auto use = text_of(jwk, "use");
  if (!use.empty() && use != "sig") return false;
  const auto* operations = jwk.if_contains("key_ops");
  if (operations == nullptr || !operations->is_array()) return true;
  return std::ranges::any_of(operations->get_array(),
                             [](const json::value& one) { return one.is_string() && one.get_string() == "verify"; });
}

model::Result<FetchedKey> key_of(const json::object& jwk) {
  if (!may_sign(jwk)) return refuse("it is not for signatures");
  auto key = PublicKey::from_jwk(jwk);
  if (!key) return model::fail(std::move(key.error()));
  return FetchedKey{.kid = text_of(jwk, "kid"), .algorithm = text_of(jwk, "alg"), .key = std::move(*key), .from = {}, .until = {}};
}

void add_jwks(const json::array& list, verify::KeySet& keys) {
  for (const auto& one : list) {
    const auto* jwk = one.if_object();
    auto key = jwk == nullptr ? refuse("it is no object") : key_of(*jwk);
    if (key) keys.push_back(std::move(*key));
  }
}

void add_certificates(const json::object& by_kid, verify::KeySet& keys) {
  for (const auto& [kid, pem] : by_kid) {
    if (!pem.is_string()) continue;
    auto key = PublicKey::from_pem(pem.get_string());
    if (key) keys.push_back({.kid = std::string(kid), .algorithm = {}, .key = std::move(*key), .from = {}, .until = {}});
  }
}

}  // namespace

model::Result<verify::KeySet> keys_of_set(std::string_view text) {
  const auto document = model::parse_json(text);
  const auto* object = document ? document->if_object() : nullptr;
  if (object == nullptr) return refuse("the answer is no JSON object");
  const auto* list = object->if_contains("keys");
  verify::KeySet keys;
  if (list != nullptr && list->is_array()) {
    if (list->get_array().size() > kMostKeys) return refuse("there are more than 100");
    add_jwks(list->get_array(), keys);
  } else {
    if (object->size() > kMostKeys) return refuse("there are more than 100");
    add_certificates(*object, keys);
  }
  if (keys.empty()) return refuse("there is none of a kind that is used here");
  return keys;
}

model::Result<verify::KeySet> keys_of_endpoint(std::string_view text, const verify::KeyRequest& request) {
  const auto document = model::parse_json(text);
  if (!document) return refuse("the answer is no JSON");
  const auto* found = value_at(*document, request.key_path);
  const auto* jwk = found == nullptr ? nullptr : found->if_object();
  if (jwk == nullptr) return refuse("the answer holds none at " + request.key_path);
  auto key = key_of(*jwk);
  if (!key) return model::fail(std::move(key.error()));
  const auto* expired = request.expired_path.empty() ? nullptr : value_at(*document, request.expired_path);
  if (const auto time = expired == nullptr ? std::nullopt : model::scalar_text(*expired)) {
    auto until = time_of(*time, TimeUnit::kSeconds);
    if (!until) until = time_of(*time, TimeUnit::kRfc3339);
    if (!until) return refuse("when it expires cannot be read");
    key->until = until;
  }
  verify::KeySet keys;
  keys.push_back(std::move(*key));
  return keys;
}

model::Seconds keep_for(std::string_view cache_control) {
  auto longest = kLongest;
  model::for_each_element(cache_control, [&](std::string_view directive) {
    constexpr std::string_view kMaxAge = "max-age=";
    if (model::equals_ignoring_case(directive, "no-store") || model::equals_ignoring_case(directive, "no-cache")) longest = kShortest;
    if (!model::equals_ignoring_case(directive.substr(0, kMaxAge.size()), kMaxAge)) return;
    std::int64_t seconds = 0;
    const auto number = directive.substr(kMaxAge.size());
    const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), seconds);
    if (failed == std::errc() && end == number.data() + number.size()) longest = std::min(longest, model::Seconds{seconds});
  });
  return std::max(longest, kShortest);
}

}  // namespace valetkey::services
