#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/http_text.hpp"
#include "services/document/parts.hpp"
#include "services/expressions/template.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostMembers = 16;
constexpr std::string_view kPlainText = "text/plain";
constexpr std::string_view kJson = "application/json";
/// What no browser runs (S13).
constexpr std::array<std::string_view, 4> kContentTypes{kPlainText, kJson, "application/xml", "text/xml"};
/// What frames the answer, or speaks for our origin (S13).
constexpr std::array<std::string_view, 18> kOurHeaders{"content-type",
                                                       "content-length",
                                                       "transfer-encoding",
                                                       "connection",
                                                       "keep-alive",
                                                       "trailer",
                                                       "upgrade",
                                                       "date",
                                                       "set-cookie",
                                                       "location",
                                                       "clear-site-data",
                                                       "alt-svc",
                                                       "nel",
                                                       "strict-transport-security",
                                                       "service-worker-allowed",
                                                       "report-to",
                                                       "reporting-endpoints",
                                                       "content-security-policy"};

std::vector<std::pair<std::string, Text>> read_texts(JsonReader& reader, std::string_view name, Reading& reading, Holds holds) {
  std::vector<std::pair<std::string, Text>> out;
  const auto pairs = reader.optional_pairs(name, kMostMembers);
  if (!pairs) return out;
  const auto place = model::pointer_to(reader.pointer(), name);
  for (const auto& [member, text] : *pairs) out.emplace_back(member, read_text_at(text, model::pointer_to(place, member), reading, holds));
  return out;
}

void read_headers(JsonReader& reader, ReplyRule& out, Reading& reading, Holds holds) {
  out.headers = read_texts(reader, "headers", reading, holds);
  for (auto& [name, text] : out.headers) {
    const auto pointer = model::pointer_to(model::pointer_to(reader.pointer(), "headers"), name);
    name = model::lowered(name);
    if (name.empty() || !std::ranges::all_of(name, [](char c) { return model::is_token_char(c); }))
      reading.fault(pointer, "must be a header's name");
    if (std::ranges::find(kOurHeaders, name) != kOurHeaders.end() || name.starts_with("access-control-"))
      reading.fault(pointer, "is a header that a document cannot set (S13)");
  }
}

}  // namespace

ReplyRule read_reply(JsonReader& reader, Reading& reading, ReplyLimits limits) {
  ReplyRule out;
  out.status = static_cast<int>(reader.optional_integer("status", limits.least_status, limits.most_status).value_or(limits.least_status));
  read_headers(reader, out, reading, limits.holds);
  out.body = read_text(reader, "body", reading, limits.holds);
  out.json = read_texts(reader, "json", reading, limits.holds);
  if (out.body && !out.json.empty()) reader.error("json", "a reply has body or json");
  const auto has_body = out.body != nullptr || reader.has("json");
  out.content_type = reader.string_or("content_type", std::string(reader.has("json") ? kJson : has_body ? kPlainText : ""));
  if (!out.content_type.empty() && std::ranges::find(kContentTypes, out.content_type) == kContentTypes.end())
    reader.error("content_type", "not one of the accepted values: text/plain, application/json, application/xml, text/xml (S13)");
  if (reader.has("json") && out.content_type != kJson) reader.error("content_type", "json is application/json");
  // A value in a text of another grammar could leave its place; `json` writes each where it belongs.
  if (out.body && out.content_type != kPlainText && !is_constant(*out.body))
    reader.error("body", "holds values in text/plain only; json = {...} writes them as JSON strings");
  if (has_body && out.status == 204) reader.error("status", "204 has no body");
  return out;
}

}  // namespace valetkey::services
