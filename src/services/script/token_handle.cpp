#include "services/script/token_handle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "model/url.hpp"
#include "services/script/script_message.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;
using model::Result;

constexpr std::string_view kOpen = "{{secret.";
constexpr std::string_view kClose = "}}";
constexpr std::size_t kLeastHidden = 8;  // bytes; shorter ones would be found by chance
constexpr std::array<std::string_view, 3> kMethods{"POST", "GET", "PUT"};

std::string handle_of(std::string_view name) { return fmt::format("{}{}{}", kOpen, name, kClose); }

}  // namespace

TokenHandle::TokenHandle(const ports::TokenStep& step, ports::HttpClient& http, const ports::Clock& clock)
    : step_(step),
      http_(http),
      clock_(clock),
      ends_at_(clock.boot_now() + step.deadline),
      values_(step.secrets) {
  if (!step.client_secrets.empty()) values_.insert_or_assign("client_secret", step.client_secrets.front());
  for (const auto& secret : step.client_secrets) of_step_.add(secret);
  for (const auto& [name, secret] : values_) of_step_.add(secret);
  secrets_ = of_step_;
}

ports::Answer<std::string> TokenHandle::ask(std::string name, std::string argument) {
  if (name != "token.fetch") co_return fail(Code::kForbidden, fmt::format("there is no {} here", model::clipped(name)));
  auto request = request_of(argument);
  if (!request) co_return fail(std::move(request.error()));
  if (calls_ == 0) co_return fail(Code::kForbidden, "the script has made all the requests it may make");
  --calls_;
  auto response = co_await http_.send(std::move(*request));
  if (!response) {
    is_sent_ = is_sent_ || response.error().state == ports::SendState::kSent;
    failure_ = response.error().error;
    co_return fail(std::move(response.error().error));
  }
  is_sent_ = true;
  failure_ = std::nullopt;
  bytes_ -= std::min(bytes_, response->body.size());
  if (const auto document = model::parse_json(response->body)) note_tokens(*document, "");
  for (auto& [header, value] : response->headers) value = with_handles(std::move(value));
  response->body = with_handles(std::move(response->body));
  co_return json::serialize(response_document(*response));
}

Result<ports::HttpRequest> TokenHandle::request_of(std::string_view argument) const {
  auto parsed = model::parse_json(argument);
  if (!parsed || !parsed->is_object()) return fail(Code::kInvalidInput, "what is asked is no object");
  auto& wish = parsed->get_object();
  // A place in the URL is no place for a secret: requests are logged by their URLs. The query is filled below, where it says so.
  const auto* text = wish.if_contains("url");
  if (text != nullptr && !text->is_string()) return fail(Code::kInvalidInput, "url must be a text");
  auto url = model::parse_url(text == nullptr ? std::string_view(step_.token_url) : std::string_view(text->get_string()));
  const auto token_url = model::parse_url(step_.token_url);
  if (!url) return fail(std::move(url.error()));
  if (!token_url || model::origin_of(*url) != model::origin_of(*token_url))
    return fail(Code::kForbidden, "requests of this script go to the host of the token URL");
  wish.erase("url");
  if (auto filled = fill(*parsed); !filled) return fail(std::move(filled.error()));
  std::vector<model::FieldError> errors;
  model::JsonReader reader(wish, "", errors);
  ports::HttpRequest request{
      .method = reader.string_or("method", "POST"), .tenant = step_.tenant, .max_response = bytes_, .may_send = step_.may_send};
  if (std::ranges::find(kMethods, request.method) == kMethods.end()) reader.error("method", "must be POST, GET or PUT");
  request.headers = reader.optional_pairs("headers", 32).value_or(ports::Headers{});
  request.url = model::to_string(model::with_query(std::move(*url), reader.optional_pairs("query", 64).value_or(model::Pairs{})));
  if (auto basic = reader.optional_object("basic")) {
    const auto pair = basic->string_or("user", "") + ":" + basic->string_or("password", "");
    basic->finish();
    request.headers.emplace_back("Authorization", "Basic " + model::to_base64(pair));
  }
  auto body = body_of(reader);
  reader.finish();
  if (!errors.empty()) return fail(Code::kInvalidInput, errors.front().pointer + " " + errors.front().detail);
  request.body = std::move(body.text);
  if (!body.content_type.empty()) request.headers.emplace_back("Content-Type", std::move(body.content_type));
  request.deadline = std::chrono::duration_cast<model::Milliseconds>(ends_at_ - clock_.boot_now());
  if (request.deadline <= model::Milliseconds{0}) return fail(Code::kProviderUnavailable, "there is no time left for a request");
  return request;
}

Result<void> TokenHandle::fill(std::string& text) const {
  for (auto at = text.find(kOpen); at != std::string::npos;) {
    const auto end = text.find(kClose, at);
    if (end == std::string::npos) break;
    const auto name = text.substr(at + kOpen.size(), end - at - kOpen.size());
    const auto secret = values_.find(name);
    if (secret == values_.end() || secret->second.empty())
      return fail(Code::kNotFound, fmt::format("there is no secret {} in this step", model::clipped(name)));
    text.replace(at, end + kClose.size() - at, secret->second.reveal());
    at = text.find(kOpen, at + secret->second.size());
  }
  return {};
}

Result<void> TokenHandle::fill(json::value& value) const {
  if (auto* text = value.if_string()) {
    std::string filled(std::string_view{*text});
    if (auto done = fill(filled); !done) return done;
    *text = filled;
    model::Secret::wipe(filled);
  } else if (auto* list = value.if_array()) {
    for (auto& item : *list)
      if (auto done = fill(item); !done) return done;
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object)
      if (auto done = fill(member.value()); !done) return done;
  }
  return {};
}

std::string TokenHandle::with_handles(std::string text) const {
  for (const auto& [name, secret] : values_) {
    if (secret.size() < kLeastHidden) continue;
    const auto handle = handle_of(name);
    for (auto at = text.find(secret.reveal()); at != std::string::npos; at = text.find(secret.reveal(), at + handle.size()))
      text.replace(at, secret.size(), handle);
  }
  return text;
}

/// New tokens are the script's to hand on, not to log.
void TokenHandle::note_tokens(const json::value& document, std::string_view name) {
  if (const auto* text = document.if_string(); text != nullptr && (name.contains("token") || name.contains("secret")))
    secrets_.add(model::Secret(std::string(std::string_view(*text))));
  if (const auto* list = document.if_array())
    for (const auto& item : *list) note_tokens(item, name);
  if (const auto* object = document.if_object())
    for (const auto& member : *object) note_tokens(member.value(), member.key());
}

Result<json::object> TokenHandle::token_response(json::value answer) const {
  auto* object = answer.if_object();
  if (object == nullptr) return fail(Code::kInvalidInput, "the script answered no object");
  if (of_step_.finds(answer)) return fail(Code::kInvalidInput, "a secret of this step is in what the script answered");
  for (const auto* name : {"access_token", "refresh_token"}) {
    auto* member = object->if_contains(name);
    const auto old = values_.find(name);
    if (member != nullptr && member->is_string() && old != values_.end() && std::string_view(member->get_string()) == handle_of(name))
      member->get_string() = old->second.reveal();
  }
  return std::move(*object);
}

}  // namespace valetkey::services
