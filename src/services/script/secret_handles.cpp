#include "services/script/secret_handles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "services/mac.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;
using model::Result;

constexpr std::array<std::pair<std::string_view, HashAlgorithm>, 4> kAlgorithms{{{"sha1", HashAlgorithm::kSha1},
                                                                                 {"sha256", HashAlgorithm::kSha256},
                                                                                 {"sha384", HashAlgorithm::kSha384},
                                                                                 {"sha512", HashAlgorithm::kSha512}}};
constexpr std::array<std::pair<std::string_view, Encoding>, 3> kEncodings{
    {{"hex", Encoding::kHex}, {"base64", Encoding::kBase64}, {"base64url", Encoding::kBase64Url}}};

std::string_view text_of(const json::object& argument, std::string_view name) {
  const auto* value = argument.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

template <class Table>
auto chosen(const Table& table, const json::object& argument, std::string_view name) -> Result<decltype(table[0].second)> {
  const auto wanted = text_of(argument, name);
  for (const auto& [spelling, value] : table)
    if (spelling == wanted) return value;
  std::string known;
  for (const auto& [spelling, value] : table) known.append(known.empty() ? "" : ", ").append(spelling);
  return fail(Code::kInvalidInput, fmt::format("{} must be one of {}", name, known));
}

std::string spelled(bool value) { return value ? "true" : "false"; }

}  // namespace

ports::Answer<std::string> SecretHandles::ask(std::string name, std::string argument) { co_return answer(name, argument); }

Result<std::string> SecretHandles::answer(std::string_view name, std::string_view argument) const {
  const auto parsed = model::parse_json(argument);
  if (!parsed || !parsed->is_object()) return fail(Code::kInvalidInput, "what is asked is no object");
  const auto& object = parsed->get_object();
  if (name == "hash") {
    const auto algorithm = chosen(kAlgorithms, object, "algorithm");
    if (!algorithm) return fail(algorithm.error());
    const auto encoding = chosen(kEncodings, object, "encoding");
    if (!encoding) return fail(encoding.error());
    auto bytes = message(object.if_contains("message"));
    if (!bytes) return bytes;
    return json::serialize(json::string(encoded(*encoding, digest_of(*algorithm, *bytes))));
  }
  if (values_ == nullptr) return fail(Code::kForbidden, "this function has no secrets");
  if (name == "secrets.has") return spelled(secrets(object).has_value());
  if (name == "secrets.equals") {
    const auto values = secrets(object);
    if (!values) return fail(values.error());
    // All of them, so that the time tells nothing of which one it is.
    bool found = false;
    for (const auto& secret : **values) found = model::Secret::equals(secret.reveal(), text_of(object, "value")) || found;
    return spelled(found);
  }
  if (name == "secrets.hmac" || name == "secrets.verify_hmac") return mac(name, object);
  return fail(Code::kForbidden, fmt::format("there is no {} here", model::clipped(name)));
}

Result<std::string> SecretHandles::mac(std::string_view name, const json::object& argument) const {
  const auto values = secrets(argument);
  if (!values) return fail(values.error());
  const auto algorithm = chosen(kAlgorithms, argument, "algorithm");
  if (!algorithm) return fail(algorithm.error());
  const auto encoding = chosen(kEncodings, argument, "encoding");
  if (!encoding) return fail(encoding.error());
  const auto bytes = message(argument.if_contains("message"));
  if (!bytes) return bytes;
  if (name == "secrets.hmac")
    return json::serialize(json::string(encoded(*encoding, hmac_of(*algorithm, (*values)->front().reveal(), *bytes))));
  const auto signature = decoded(*encoding, text_of(argument, "signature"));
  bool found = false;
  for (const auto& secret : **values) {
    const auto expected = hmac_of(*algorithm, secret.reveal(), *bytes);
    found = (signature && model::Secret::equals(expected, *signature)) || found;
  }
  return spelled(found);
}

Result<const std::vector<model::Secret>*> SecretHandles::secrets(const json::object& argument) const {
  const auto name = text_of(argument, "name");
  const auto found = values_->secrets.find(name);
  if (found == values_->secrets.end() || found->second.empty() || found->second.front().empty())
    return fail(Code::kNotFound, fmt::format("there is no secret {}", model::clipped(name)));
  return &found->second;
}

Result<std::string> SecretHandles::message(const json::value* value) const {
  if (value == nullptr) return fail(Code::kInvalidInput, "the message is missing");
  if (const auto* text = value->if_string()) return std::string(std::string_view(*text));
  if (const auto* list = value->if_array()) {
    std::string out;
    for (const auto& part : *list) {
      if (part.is_array()) return fail(Code::kInvalidInput, "a part of the message is a list");
      auto bytes = message(&part);
      if (!bytes) return bytes;
      out += *bytes;
    }
    return out;
  }
  if (const auto* object = value->if_object()) {
    if (object->contains("raw") && request_ != nullptr) return request_->body;
    if (auto bytes = model::from_base64(text_of(*object, "base64")); bytes && object->contains("base64")) return std::move(*bytes);
  }
  return fail(Code::kInvalidInput, "the message must be a text, request.raw, {base64} or a list of these");
}

}  // namespace valetkey::services
