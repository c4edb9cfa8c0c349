#include "http/resources/try_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "model/url.hpp"
#include "services/document/read_document.hpp"
#include "services/library/own_service_body.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;
using model::FieldError;
using services::Tried;

constexpr std::pair<std::string_view, Tried> kTried[] = {{"webhook", Tried::kWebhook},
                                                         {"action", Tried::kAction},
                                                         {"webhook_event_verification", Tried::kVerification},
                                                         {"webhook_parser", Tried::kParser},
                                                         {"action_callback_parser", Tried::kActionParser}};
/// Kinds that need what no pasted request has, and what to use instead.
constexpr std::pair<std::string_view, std::string_view> kElsewhere[] = {
    {"token_validation", "needs a connection with its token: POST /v1/connections/{id}/validate"},
    {"user_id_mapper", "needs an account: connect one, and read app_user_id of the connection"},
    {"token_generation", "needs a credential: create a connection of it"},
    {"token_refreshal", "needs a connection: POST /v1/connections/{id}/refresh"},
};
constexpr std::size_t kMostNames = 32;
constexpr std::size_t kMostValues = 8;
constexpr std::size_t kMostHeaders = 200;
constexpr std::size_t kMostText = 16 << 10;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
  return text;
}

class Reading {
 public:
  Reading(const json::object& body, model::WallTime now) : reader_(body, "", errors_) {
    out_.request.received_at = now;
    out_.values.accepts_handshake = true;  // told, never kept
  }

  model::Result<TryBody> read() {
    read_service();
    read_tried();
    out_.endpoint = reader_.string_or("endpoint", "", {.least = 1, .most = 64});
    for (const auto* member : {"secrets", "parameters"})
      if (!out_.endpoint.empty() && reader_.raw(member) != nullptr) reader_.error(member, "are those of the endpoint");
    read_secrets();
    if (auto parameters = reader_.optional_string_map("parameters", kMostNames))
      out_.values.parameters.insert(parameters->begin(), parameters->end());
    read_time();
    read_request();
    reader_.finish();
    if (!errors_.empty()) return model::fail(model::invalid_input("try the service", std::move(errors_)));
    return std::move(out_);
  }

 private:
  void read_service() {
    const auto* value = reader_.raw("service");
    if (reader_.has("endpoint") && !reader_.is_null("endpoint")) {
      if (value != nullptr) reader_.error("service", "is that of the endpoint");
      return;
    }
    if (value == nullptr) return reader_.error("service", "is required: preset/..., serv_..., or a document");
    if (value->is_string()) {
      out_.name = value->as_string();
      if (out_.name.empty() || out_.name.size() > 100) reader_.error("service", "must be a name of 1 to 100 bytes, or a document");
      return;
    }
    if (!value->is_object()) return reader_.error("service", "must be a name or a document");
    const auto* implementation = value->as_object().if_contains("implementation");
    if (implementation == nullptr) return read_document(*value);
    if (*implementation == "script") return read_script(value->as_object());
    errors_.push_back({"/service/implementation", "an inline service is a document, or has the implementation script"});
  }

  void read_document(const json::value& value) {
    auto document = services::read_service_document(value);
    if (document) {
      out_.document = std::make_shared<const services::ServiceDocument>(std::move(*document));
      return;
    }
    for (auto& field : services::below(std::move(document.error()), "/service").fields) errors_.push_back(std::move(field));
  }

  void read_script(const json::object& script) {
    model::JsonReader reader(script, "/service", errors_);
    (void)reader.raw("implementation");
    out_.source = reader.required_string("source", {.least = 1, .most = 256 << 10});
    if (auto kinds = reader.optional_strings("kinds", 8)) {
      if (auto wrong = services::wrong_kinds(model::Implementation::kScript, *kinds); !wrong.empty()) reader.error("kinds", wrong);
      out_.kinds = std::move(*kinds);
    }
    reader.finish();
  }

  void read_tried() {
    const auto kind = reader_.optional_string("kind");
    if (!kind) return;
    std::string accepted;
    for (const auto& [name, tried] : kTried) {
      if (*kind == name) {
        out_.tried = tried;
        return;
      }
      accepted.append(accepted.empty() ? "" : ", ").append(name);
    }
    for (const auto& [name, instead] : kElsewhere)
      if (*kind == name) return reader_.error("kind", std::string(instead));
    reader_.error("kind", "not one of the accepted values: " + accepted);
  }

  void read_secrets() {
    const auto* secrets = reader_.raw("secrets");
    if (secrets == nullptr) return;
    if (!secrets->is_object() || secrets->as_object().size() > kMostNames)
      return reader_.error("secrets",
                           fmt::format("must be an object of at most {} names, each with a value or a list, newest first", kMostNames));
    for (const auto& [name, value] : secrets->as_object()) {
      auto values = secret_values(value);
      if (values) out_.values.secrets.emplace(std::string(name), std::move(*values));
      else
        errors_.push_back(
            {model::pointer_to("/secrets", name), fmt::format("must be a text, or a list of 1 to {} of them, newest first", kMostValues)});
    }
  }

  static std::optional<std::vector<model::Secret>> secret_values(const json::value& value) {
    const json::array one = value.is_string() ? json::array{value} : json::array{};
    const auto& list = value.is_array() ? value.as_array() : one;
    if (list.empty() || list.size() > kMostValues) return std::nullopt;
    std::vector<model::Secret> out;
    for (const auto& each : list) {
      if (!each.is_string() || each.as_string().empty() || each.as_string().size() > kMostText) return std::nullopt;
      out.emplace_back(std::string(each.as_string()));
    }
    return out;
  }

  void read_time() {
    const auto text = reader_.optional_string("now");
    if (!text) return;
    if (const auto now = model::parse_rfc3339(*text)) out_.request.received_at = *now;
    else reader_.error("now", "must be a time as in RFC 3339: 2026-01-01T00:00:00Z");
  }

  void read_request() {
    auto reader = reader_.optional_object("request");
    if (!reader) {
      if (!reader_.has("request") || reader_.is_null("request")) reader_.error("request", "is required");
      return;
    }
    out_.request.method = reader->string_or("method", "POST", {.least = 1, .most = 32});
    read_headers(*reader);
    read_url(*reader);
    read_body(*reader);
    reader->finish();
  }

  void read_headers(model::JsonReader& reader) {
    const auto* headers = reader.raw("headers");
    if (headers == nullptr) return;
    if (!headers->is_array() || headers->as_array().size() > kMostHeaders)
      return reader.error("headers", fmt::format("must be a list of at most {} pairs [name, value]", kMostHeaders));
    const auto& list = headers->as_array();
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto* pair = list[i].if_array();
      const bool is_pair =
          pair != nullptr && pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_string() && !(*pair)[0].as_string().empty();
      if (is_pair) out_.request.headers.emplace_back(lower(std::string((*pair)[0].as_string())), std::string((*pair)[1].as_string()));
      else errors_.push_back({fmt::format("{}/headers/{}", reader.pointer(), i), "must be a pair [name, value]"});
    }
  }

  /// An absolute URL, or a path: then `public_url` or the Host header says where it was sent.
  void read_url(model::JsonReader& reader) {
    auto text = reader.string_or("url", "/", {.least = 1, .most = kMostText});
    if (text.starts_with('/')) text = origin() + text;
    const auto url = model::parse_url(text);
    if (!url) return reader.error("url", url.error().detail);
    out_.request.path = url->path;
    out_.request.query_text = url->query;
    auto bare = *url;
    bare.query.clear();
    bare.has_query = false;
    out_.request.public_url = model::to_string(bare);
    if (const auto given = reader_.optional_string("public_url", {.least = 1, .most = kMostText})) read_public_url(*given);
  }

  void read_public_url(const std::string& text) {
    const auto url = model::parse_url(text);
    if (!url) return reader_.error("public_url", url.error().detail);
    if (url->has_query) return reader_.error("public_url", "has no query: that is part of the request");
    out_.request.public_url = model::to_string(*url);
  }

  /// Where a path was sent to. In a dry run the request's own Host header will do; a real endpoint never asks it (S25).
  std::string origin() {
    for (const auto& [name, value] : out_.request.headers)
      if (name == "host" && !value.empty()) return "https://" + value;
    return "https://localhost";
  }

  void read_body(model::JsonReader& reader) {
    if (reader.raw("body") != nullptr && reader.raw("body_base64") != nullptr) reader.error("body", "give body or body_base64");
    out_.request.body = reader.string_or("body", "", {.most = 1 << 20});
    const auto encoded = reader.optional_string("body_base64", {.most = 2 << 20});
    if (!encoded) return;
    if (auto bytes = model::from_base64(*encoded)) out_.request.body = std::move(*bytes);
    else reader.error("body_base64", "must be base64 (RFC 4648 section 4) with its padding");
  }

  std::vector<FieldError> errors_;
  model::JsonReader reader_;
  TryBody out_;
};

template <class Declared>
std::string names_of(const std::vector<Declared>& declared) {
  std::string out;
  for (const auto& each : declared) out.append(out.empty() ? "" : ", ").append(each.name);
  return out.empty() ? "none" : out;
}

template <class Declared, class Values>
void check_names(const std::vector<Declared>& declared, const Values& values, std::string_view pointer, std::vector<FieldError>& errors) {
  for (const auto& [name, value] : values)
    if (std::ranges::find(declared, name, &Declared::name) == declared.end())
      errors.push_back({model::pointer_to(pointer, name), fmt::format("the service declares no such name; it has {}", names_of(declared))});
}

}  // namespace

model::Result<TryBody> read_try_body(const json::object& body, model::WallTime now) { return Reading(body, now).read(); }

model::Result<void> check_declared(const services::ServiceDocument& document, const services::EndpointValues& values) {
  std::vector<FieldError> errors;
  check_names(document.secrets, values.secrets, "/secrets", errors);
  check_names(document.parameters, values.parameters, "/parameters", errors);
  std::erase_if(errors, [](const FieldError& error) { return error.pointer == "/parameters/allow_weak"; });
  if (!errors.empty()) return model::fail(model::invalid_input("try the service", std::move(errors)));
  return {};
}

}  // namespace valetkey::http
