#include "events/ingress/stored_request.hpp"

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "vault/places.hpp"

namespace valetkey::events {
namespace {

namespace json = boost::json;
using model::append_json_string;
using model::fail;

using model::JsonReader;

constexpr std::string_view kDoing = "read a stored request";
constexpr model::TextLimits kAny{.most = std::size_t{1} << 30};

std::unexpected<model::Error> unreadable() { return fail(model::Code::kIntegrity, "a stored request cannot be read"); }

void add_member(std::string& out, std::string_view name, std::string_view text) {
  append_json_string(out, name);
  out.push_back(':');
  append_json_string(out, text);
  out.push_back(',');
}

std::string verdict_text(const services::Verdict& verdict) {
  json::object out{{"covers_body", verdict.covers_body},
                   {"signed_headers", json::array(verdict.signed_headers.begin(), verdict.signed_headers.end())},
                   {"signs_query", verdict.signs_query}};
  // As text, so that its depth is its own.
  if (!verdict.claims.is_null()) out["claims"] = json::serialize(verdict.claims);
  return json::serialize(out);
}

model::Result<services::Verdict> read_verdict(JsonReader reader, const std::vector<model::FieldError>& errors) {
  services::Verdict verdict{.outcome = services::Outcome::kVerified};
  verdict.covers_body = reader.optional_bool("covers_body").value_or(false);
  verdict.signed_headers = reader.optional_strings("signed_headers", 1000).value_or(std::vector<std::string>{});
  verdict.signs_query = reader.optional_bool("signs_query").value_or(false);
  if (const auto text = reader.optional_string("claims", kAny)) {
    auto claims = model::parse_json(*text);
    if (!claims) return fail(std::move(claims.error()));
    verdict.claims = std::move(*claims);
  }
  if (!errors.empty()) return unreadable();
  return verdict;
}

/// Written by hand: this is on the path of every webhook.
std::string raw_text(const RawRequest& raw) {
  const auto& incoming = raw.incoming;
  std::string out;
  out.reserve(512 + incoming.body.size() * 3 / 2);
  out.push_back('{');
  add_member(out, "method", incoming.method);
  add_member(out, "path", incoming.path);
  add_member(out, "query", incoming.query_text);
  add_member(out, "public_url", incoming.public_url);
  out.append("\"received_at\":").append(std::to_string(model::to_unix_ms(incoming.received_at))).append(",\"headers\":[");
  for (const auto& [name, value] : incoming.headers) {
    out.append(out.back() == '[' ? "[" : ",[");
    append_json_string(out, name);
    out.push_back(',');
    append_json_string(out, value);
    out.push_back(']');
  }
  out.append("],\"verdict\":").append(verdict_text(raw.verdict));
  out.append(",\"body_base64\":\"").append(model::to_base64(incoming.body)).append("\"}");
  return out;
}

model::Result<RawRequest> read_raw(std::string_view text) {
  const auto document = model::parse_json(text);
  if (!document || !document->is_object()) return unreadable();
  const auto& object = document->get_object();
  std::vector<model::FieldError> errors;
  JsonReader reader(object, "", errors);
  RawRequest raw;
  auto& incoming = raw.incoming;
  incoming.method = reader.required_string("method");
  incoming.path = reader.string_or("path", "", kAny);
  incoming.query_text = reader.string_or("query", "", kAny);
  incoming.public_url = reader.string_or("public_url", "", kAny);
  incoming.received_at =
      model::from_unix_ms(reader.optional_integer("received_at", 0, std::numeric_limits<std::int64_t>::max()).value_or(0));
  auto body = model::from_base64(reader.string_or("body_base64", "", kAny));
  const auto* headers = reader.raw("headers");
  auto verdict = reader.optional_object("verdict");
  if (!errors.empty() || !body || !verdict || headers == nullptr || !headers->is_array()) return unreadable();
  auto found = read_verdict(std::move(*verdict), errors);
  if (!found) return fail(std::move(found.error()));
  raw.verdict = std::move(*found);
  incoming.body = std::move(*body);
  for (const auto& header : headers->get_array()) {
    const auto* pair = header.if_array();
    if (pair == nullptr || pair->size() != 2 || !pair->at(0).is_string() || !pair->at(1).is_string()) return unreadable();
    incoming.headers.emplace_back(pair->at(0).get_string(), pair->at(1).get_string());
  }
  return raw;
}

}  // namespace

ports::Answer<void> seal_raw(vault::KeyRing& keys, model::ReceivedRequest& request, const RawRequest& raw) {
  auto sealed = co_await keys.seal(vault::raw_request_place(request), model::Secret(raw_text(raw)));
  if (!sealed) co_return fail(std::move(sealed.error()));
  request.raw = std::move(*sealed);
  co_return model::Result<void>{};
}

ports::Answer<void> seal_messages(vault::KeyRing& keys, model::ReceivedRequest& request, const std::vector<StoredMessage>& messages) {
  auto sealed = co_await keys.seal(vault::messages_place(request), model::Secret(messages_text(messages)));
  if (!sealed) co_return fail(std::move(sealed.error()));
  request.messages = std::move(*sealed);
  co_return model::Result<void>{};
}

ports::Answer<RawRequest> open_raw(vault::KeyRing& keys, const model::ReceivedRequest& request) {
  auto text = co_await keys.open(vault::raw_request_place(request), request.raw);
  if (!text) co_return fail(model::in_context(std::move(text.error()), kDoing));
  co_return read_raw(text->reveal());
}

ports::Answer<std::vector<StoredMessage>> open_messages(vault::KeyRing& keys, const model::ReceivedRequest& request) {
  if (request.messages.empty()) co_return std::vector<StoredMessage>{};
  auto text = co_await keys.open(vault::messages_place(request), request.messages);
  if (!text) co_return fail(model::in_context(std::move(text.error()), kDoing));
  co_return read_messages(text->reveal());
}

}  // namespace valetkey::events
