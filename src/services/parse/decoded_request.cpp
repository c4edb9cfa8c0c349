#include "services/parse/decoded_request.hpp"

#include <boost/json.hpp>

#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "model/json_reader.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;

constexpr model::FormLimits kFormLimits{.most_bytes = 1 << 20, .most_pairs = 1000};

bool is_form_type(const Incoming& request) {
  const auto type = single_header(request, "content-type");
  return type && model::equals_ignoring_case(model::trimmed(type->substr(0, type->find(';'))), "application/x-www-form-urlencoded");
}

bool begins_like_json(std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
}

model::Error malformed(std::string detail) {
  return {.code = model::Code::kMalformedRequest, .detail = "read the body: " + std::move(detail)};
}

template <class T>
const T* view_of(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

/// A name that comes twice has the list of its values.
json::object fields_of(const model::Pairs& form) {
  json::object out;
  for (const auto& [name, value] : form) {
    auto [member, is_new] = out.emplace(name, value);
    if (is_new) continue;
    if (!member->value().is_array()) member->value() = json::array{member->value()};
    member->value().as_array().emplace_back(value);
  }
  return out;
}

}  // namespace

DecodedRequest::DecodedRequest(const Incoming& request, const EndpointValues& values, const ParseRule* rule)
    : request_(request),
      values_(values),
      rule_(rule) {}

const model::Pairs* DecodedRequest::query() {
  if (!has_read_query_) {
    has_read_query_ = true;
    if (auto query = model::parse_form(request_.query_text, kFormLimits)) query_ = std::move(*query);
  }
  return view_of(query_);
}

const model::Pairs* DecodedRequest::form() {
  const auto is_wanted = format() == BodyFormat::kForm || format() == BodyFormat::kFormJson;
  if (!has_read_form_ && (is_wanted || is_form_type(request_))) {
    auto form = model::parse_form(request_.body, kFormLimits);
    if (form) form_ = std::move(*form);
    else if (is_wanted) fault_ = std::move(form.error());
  }
  has_read_form_ = true;
  return view_of(form_);
}

const json::value* DecodedRequest::body() {
  if (!has_read_body_) {
    has_read_body_ = true;
    if (format() == BodyFormat::kForm) read_fields_as_body();
    else if (format() == BodyFormat::kFormJson) read_field();
    else read_body();
  }
  return view_of(body_);
}

const std::optional<model::Error>& DecodedRequest::fault() {
  body();
  return fault_;
}

const Facts& DecodedRequest::facts() {
  if (!facts_)
    facts_ = Facts{.request = &request_,
                   .values = &values_,
                   .body = body(),
                   .item = inner_ ? &*inner_ : view_of(body_),
                   .form = form(),
                   .query = query()};
  return *facts_;
}

void DecodedRequest::read_fields_as_body() {
  if (const auto* fields = form()) body_ = fields_of(*fields);
}

void DecodedRequest::read_field() {
  if (form() == nullptr) return;
  const auto field = model::single_value(*form_, rule_->field);
  if (!field || !*field) {
    fault_ = malformed(field ? "the form has no field " + rule_->field : field.error().detail);
    return;
  }
  auto value = model::parse_json(**field);
  if (value) body_ = std::move(*value);
  else fault_ = std::move(value.error());
}

void DecodedRequest::read_body() {
  const auto must_be_json = format() == BodyFormat::kJson || format() == BodyFormat::kBase64Json;
  if (!begins_like_json(request_.body)) {
    if (must_be_json) fault_ = malformed("neither a JSON object nor a list");
    return;
  }
  auto value = model::parse_json(request_.body);
  if (value) body_ = std::move(*value);
  else if (must_be_json) fault_ = std::move(value.error());
  if (format() == BodyFormat::kBase64Json && body_) read_inner();
}

void DecodedRequest::read_inner() {
  const auto* text = value_at(*body_, rule_->path);
  const auto* coded = text == nullptr ? nullptr : text->if_string();
  auto bytes = coded == nullptr ? std::nullopt : model::from_base64(*coded);
  if (!bytes && coded != nullptr) bytes = model::from_base64url(*coded);
  if (!bytes) {
    fault_ = malformed("no base64 at " + rule_->path);
    return;
  }
  auto value = model::parse_json(*bytes);
  if (value) inner_ = std::move(*value);
  else fault_ = std::move(value.error());
}

}  // namespace valetkey::services
