#include "model/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace valetkey::model {

namespace json = boost::json;

std::string pointer_to(std::string_view parent, std::string_view token) {
  std::string out(parent);
  out += '/';
  for (const char c : token) {
    if (c == '~') out += "~0";
    else if (c == '/') out += "~1";
    else out += c;
  }
  return out;
}

JsonReader::JsonReader(const json::object& object, std::string pointer, std::vector<FieldError>& errors)
    : object_(&object),
      pointer_(std::move(pointer)),
      errors_(&errors) {}

bool JsonReader::has(std::string_view name) const { return object_->if_contains(name) != nullptr; }

bool JsonReader::is_null(std::string_view name) const {
  const auto* value = object_->if_contains(name);
  return value != nullptr && value->is_null();
}

const json::value* JsonReader::take(std::string_view name) {
  known_.emplace(name);
  const auto* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const json::value* JsonReader::raw(std::string_view name) { return take(name); }

void JsonReader::error(std::string_view name, std::string detail) { errors_->push_back({pointer_to(pointer_, name), std::move(detail)}); }

bool JsonReader::fits(std::string_view name, std::string_view text, TextLimits limits) {
  if (text.size() < limits.least || text.size() > limits.most) {
    error(name, fmt::format("must have {} to {} bytes, has {}", limits.least, limits.most, text.size()));
    return false;
  }
  if (text.find('\0') != std::string_view::npos) {
    error(name, "must not hold a NUL");
    return false;
  }
  return true;
}

std::string JsonReader::required_string(std::string_view name, TextLimits limits) {
  if (take(name) == nullptr) {
    error(name, "is required");
    return {};
  }
  return optional_string(name, limits).value_or("");
}

std::optional<std::string> JsonReader::optional_string(std::string_view name, TextLimits limits) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    error(name, "must be a string");
    return std::nullopt;
  }
  std::string text(value->as_string());
  if (!fits(name, text, limits)) return std::nullopt;
  return text;
}

std::string JsonReader::string_or(std::string_view name, std::string fallback, TextLimits limits) {
  return optional_string(name, limits).value_or(std::move(fallback));
}

std::optional<bool> JsonReader::optional_bool(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->as_bool();
  error(name, "must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> JsonReader::optional_integer(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  std::error_code failed;
  const auto number = value->to_number<std::int64_t>(failed);
  if (failed || number < least || number > most) {
    error(name, fmt::format("must be a whole number from {} to {}", least, most));
    return std::nullopt;
  }
  return number;
}

std::optional<std::vector<std::string>> JsonReader::optional_strings(std::string_view name, std::size_t most_items, TextLimits limits) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array() || value->as_array().size() > most_items) {
    error(name, fmt::format("must be a list of at most {} strings", most_items));
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; i < value->as_array().size(); ++i) {
    const auto& item = value->as_array()[i];
    const auto place = fmt::format("{}/{}", name, i);
    const bool is_text = item.is_string();
    if (is_text && item.as_string().size() >= limits.least && item.as_string().size() <= limits.most) out.emplace_back(item.as_string());
    else
      errors_->push_back(
          {fmt::format("{}/{}", pointer_, place), fmt::format("must be a string of {} to {} bytes", limits.least, limits.most)});
  }
  return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>> JsonReader::optional_pairs(std::string_view name, std::size_t most_items) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object() || value->as_object().size() > most_items) {
    error(name, fmt::format("must be an object of at most {} strings", most_items));
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [key, item] : value->as_object()) {
    if (item.is_string() && item.as_string().size() <= 4096) out.emplace_back(key, item.as_string());
    else errors_->push_back({pointer_to(pointer_to(pointer_, name), key), "must be a string of at most 4096 bytes"});
  }
  return out;
}

std::optional<std::map<std::string, std::string>> JsonReader::optional_string_map(std::string_view name, std::size_t most_items) {
  const auto pairs = optional_pairs(name, most_items);
  if (!pairs) return std::nullopt;
  return std::map<std::string, std::string>(pairs->begin(), pairs->end());
}

std::optional<JsonReader> JsonReader::optional_object(std::string_view name) {
  const auto* value = take(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    error(name, "must be an object");
    return std::nullopt;
  }
  return JsonReader(value->as_object(), pointer_to(pointer_, name), *errors_);
}

std::vector<JsonReader> JsonReader::objects(std::string_view name, std::size_t most_items) {
  const auto* value = take(name);
  std::vector<JsonReader> out;
  if (value == nullptr) return out;
  if (!value->is_array() || value->as_array().size() > most_items) {
    error(name, fmt::format("must be a list of at most {} objects", most_items));
    return out;
  }
  for (std::size_t i = 0; i < value->as_array().size(); ++i) {
    const auto& item = value->as_array()[i];
    auto place = fmt::format("{}/{}/{}", pointer_, name, i);
    if (item.is_object()) out.emplace_back(item.as_object(), std::move(place), *errors_);
    else errors_->push_back({std::move(place), "must be an object"});
  }
  return out;
}

void JsonReader::finish() {
  for (const auto& [key, value] : *object_) {
    if (known_.contains(std::string_view(key))) continue;
    std::string names;
    for (const auto& name : known_) names.append(names.empty() ? "" : ", ").append(name);
    error(key, "unknown member; known here: " + names);
  }
}

const json::value* at_path(const json::value& root, std::string_view dotted_path) {
  const json::value* at = &root;
  while (!dotted_path.empty()) {
    const auto dot = dotted_path.find('.');
    const auto name = dotted_path.substr(0, dot);
    if (!at->is_object()) return nullptr;
    at = at->as_object().if_contains(name);
    if (at == nullptr) return nullptr;
    dotted_path = dot == std::string_view::npos ? std::string_view{} : dotted_path.substr(dot + 1);
  }
  return at;
}

std::optional<std::string> scalar_text(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  if (value.is_number() || value.is_bool()) return json::serialize(value);
  return std::nullopt;
}

namespace {

/// Boost.JSON reads 1e999 as an infinity, which it writes as no JSON.
bool has_infinity(const json::value& value) {
  if (const auto* number = value.if_double()) return !std::isfinite(*number);
  if (const auto* array = value.if_array()) return std::ranges::any_of(*array, has_infinity);
  const auto* object = value.if_object();
  return object != nullptr && std::ranges::any_of(*object, [](const auto& member) { return has_infinity(member.value()); });
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::error_code failed;
  json::stream_parser parser({}, options);
  const auto read = parser.write_some(text.data(), text.size(), failed);
  if (!failed && read < text.size()) return fail(Code::kMalformedRequest, fmt::format("not JSON: surplus bytes at offset {}", read));
  if (!failed) parser.finish(failed);
  if (failed) return fail(Code::kMalformedRequest, fmt::format("not JSON: {} near offset {}", failed.message(), read));
  auto value = parser.release();
  if (has_infinity(value)) return fail(Code::kMalformedRequest, "not JSON: a number is out of range");
  return value;
}

Error invalid_input(std::string detail, std::vector<FieldError> fields) {
  return Error{.code = Code::kInvalidInput, .detail = std::move(detail), .fields = std::move(fields)};
}

}  // namespace valetkey::model
