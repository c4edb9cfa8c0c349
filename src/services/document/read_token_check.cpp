#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/url.hpp"
#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostTests = 16;

std::vector<int> read_statuses(JsonReader& reader) {
  std::vector<int> out;
  const auto* value = reader.raw("status");
  const auto* list = value == nullptr ? nullptr : value->if_array();
  if (value != nullptr && (list == nullptr || list->empty() || list->size() > kMostTests))
    reader.error("status", fmt::format("must be a list of 1 to {} statuses", kMostTests));
  if (list == nullptr) return out;
  for (const auto& item : *list) {
    std::error_code failed;
    const auto status = item.to_number<int>(failed);
    if (failed || status < 200 || status > 599) reader.error("status", "must hold numbers from 200 to 599");
    else out.push_back(status);
  }
  return out;
}

AnswerTest read_test(JsonReader& reader, Reading& reading) {
  AnswerTest out;
  const auto which = only_one_of(reader, {"status", "body"}, reading);
  out.status = read_statuses(reader);
  out.value = read_expression(reader, "body", reading, Sight::kAnswer);
  if (which == "body") out.equals = reader.optional_string("equals");
  out.is_not = reader.optional_bool("not").value_or(false);
  reader.finish();
  return out;
}

std::vector<AnswerTest> read_tests(JsonReader& reader, std::string_view name, Reading& reading) {
  std::vector<AnswerTest> out;
  for (auto& each : reader.objects(name, kMostTests)) out.push_back(read_test(each, reading));
  return out;
}

void read_invalid(JsonReader& reader, TokenCheck& out, Reading& reading) {
  const auto* value = reader.raw("invalid");
  if (value == nullptr) return;
  const auto* lists = value->if_array();
  if (lists == nullptr || lists->size() > kMostTests)
    return reader.error("invalid", fmt::format("must be a list of at most {} lists", kMostTests));
  for (std::size_t i = 0; i < lists->size(); ++i) {
    const auto pointer = fmt::format("{}/invalid/{}", reader.pointer(), i);
    const auto* tests = (*lists)[i].if_array();
    if (tests == nullptr || tests->empty() || tests->size() > kMostTests) {
      reading.fault(pointer, fmt::format("must be a list of 1 to {} tests", kMostTests));
      continue;
    }
    auto& read = out.invalid.emplace_back();
    for (std::size_t j = 0; j < tests->size(); ++j) {
      const auto place = fmt::format("{}/{}", pointer, j);
      if (const auto* object = (*tests)[j].if_object()) {
        JsonReader test(*object, place, reading.errors);
        read.push_back(read_test(test, reading));
      } else {
        reading.fault(place, "must be an object");
      }
    }
  }
}

/// Below the base URI, and nowhere else: a token goes there (S15).
void read_path_below(JsonReader& reader, TokenCheck& out) {
  out.path = reader.required_string("path", {.least = 1, .most = 2048});
  if (out.path.empty()) return;
  const auto is_below = out.path[0] == '/' && !out.path.starts_with("//") && model::parse_url("https://api.example" + out.path).has_value();
  if (!is_below) reader.error("path", "must be a path below the base URI, beginning with one `/`");
}

void read_call(JsonReader& reader, TokenCheck& out) {
  read_path_below(reader, out);
  out.method = reader.string_or("method", "GET");
  if (out.method != "GET" && out.method != "POST") reader.error("method", "must be GET or POST");
  out.body = reader.string_or("body", "");
  out.content_type = reader.string_or("content_type", "", {.least = 1, .most = 100});
  if (!out.body.empty() && out.method == "GET") reader.error("body", "a GET has no body");
  if (!out.body.empty() && out.content_type.empty()) reader.error("content_type", "is required beside body");
  if (!out.content_type.empty() && out.method == "GET") reader.error("content_type", "a GET has no body");
}

}  // namespace

void read_token_check(JsonReader& reader, ServiceDocument& out, Reading& reading) {
  auto inner = reader.optional_object("token_check");
  if (!inner) return;
  TokenCheck check;
  read_choice(*inner, "by", check.by);
  if (check.by == TokenCheck::By::kCall) read_call(*inner, check);
  check.valid = read_tests(*inner, "valid", reading);
  if (check.by == TokenCheck::By::kCall && check.valid.empty()) inner->error("valid", "is required: what a valid token's answer is");
  read_invalid(*inner, check, reading);
  check.reason = read_expression(*inner, "reason", reading, Sight::kAnswer);
  check.account = read_expression(*inner, "account", reading, Sight::kAnswer);
  check.scopes = read_expression(*inner, "scopes", reading, Sight::kAnswer);
  check.expires_at = read_time(*inner, "expires_at", reading, Sight::kAnswer);
  inner->finish();
  out.token_check = std::move(check);
}

}  // namespace valetkey::services
