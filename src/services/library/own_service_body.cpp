#include "services/library/own_service_body.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

#include "model/config_service_kinds.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"
#include "model/url.hpp"

namespace valetkey::services {
namespace {

namespace json = boost::json;
using model::FieldError;
using model::Implementation;

constexpr std::size_t kMostDocument = 64 << 10;
constexpr std::size_t kMostSource = 256 << 10;
constexpr std::size_t kMostUrl = 2048;
constexpr std::size_t kMostKinds = 8;

/// The member that says what a service of this implementation does.
std::string_view text_member(Implementation implementation) {
  switch (implementation) {
    case Implementation::kDeclarative: return "document";
    case Implementation::kScript: return "source";
    case Implementation::kHttp: return "url";
  }
  return "document";
}

std::optional<std::string> read_document(model::JsonReader& reader) {
  if (!reader.optional_object("document")) return std::nullopt;
  auto text = json::serialize(*reader.raw("document"));
  if (text.size() <= kMostDocument) return text;
  reader.error("document", fmt::format("must have at most {} bytes as JSON, has {}", kMostDocument, text.size()));
  return std::nullopt;
}

std::optional<std::string> read_url(model::JsonReader& reader) {
  auto text = reader.optional_string("url", {.least = 1, .most = kMostUrl});
  if (!text) return std::nullopt;
  auto url = model::parse_endpoint_url(*text);
  if (!url) {
    reader.error("url", url.error().detail);
    return std::nullopt;
  }
  return model::to_string(*url);
}

std::optional<std::string> read_text(model::JsonReader& reader, Implementation implementation) {
  switch (implementation) {
    case Implementation::kDeclarative: return read_document(reader);
    case Implementation::kScript: return reader.optional_string("source", {.least = 1, .most = kMostSource});
    case Implementation::kHttp: return read_url(reader);
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> read_kinds(model::JsonReader& reader, Implementation implementation) {
  auto kinds = reader.optional_strings("kinds", kMostKinds);
  if (!kinds) return std::nullopt;
  if (implementation == Implementation::kDeclarative) {
    reader.error("kinds", "follows from the parts of the document");
    return std::nullopt;
  }
  if (auto wrong = wrong_kinds(implementation, *kinds); !wrong.empty()) reader.error("kinds", wrong);
  return kinds;
}

}  // namespace

std::string wrong_kinds(Implementation implementation, const std::vector<std::string>& kinds) {
  if (kinds.empty()) return "must name at least one";
  for (auto it = kinds.begin(); it != kinds.end(); ++it) {
    if (!model::is_config_service_kind(*it) && !model::is_custom_service_kind(*it))
      return fmt::format("unknown kind; known: {}, {}", fmt::join(model::kConfigServiceKinds, ", "),
                         fmt::join(model::kCustomServiceKinds, ", "));
    if (std::find(kinds.begin(), it, *it) != it) return fmt::format("{} stands there twice", *it);
    if (implementation == Implementation::kHttp && *it == "webhook_event_verification")
      return "verification needs the secrets, which no http service is given: use a declarative document or a script";
  }
  return {};
}

model::Error below(model::Error error, std::string_view pointer) {
  for (auto& field : error.fields) field.pointer = std::string(pointer) + field.pointer;
  if (error.fields.empty()) error.fields.push_back({std::string(pointer), error.detail});
  return error;
}

model::Result<NewService> read_new_service(const json::object& body) {
  std::vector<FieldError> errors;
  model::JsonReader reader(body, "", errors);
  NewService out;
  out.name = reader.required_string("name", {.least = 1, .most = 100});
  out.description = reader.string_or("description", "", {.most = 1000});
  out.implementation =
      reader.optional_choice<Implementation>("implementation", model::spellings<Implementation>()).value_or(Implementation::kDeclarative);
  const auto faults = errors.size();
  if (auto text = read_text(reader, out.implementation)) out.text.text = std::move(*text);
  else if (errors.size() == faults) reader.error(text_member(out.implementation), "is required");
  out.text.kinds = read_kinds(reader, out.implementation).value_or(std::vector<std::string>{});
  if (out.implementation == Implementation::kHttp && !reader.has("kinds")) reader.error("kinds", "is required");
  reader.finish();
  if (!errors.empty()) return model::fail(model::invalid_input("make a service", std::move(errors)));
  return out;
}

model::Result<ServiceChange> read_service_change(const json::object& body, const model::ConfigService& before) {
  std::vector<FieldError> errors;
  model::JsonReader reader(body, "", errors);
  ServiceChange out;
  out.name = reader.optional_string("name", {.least = 1, .most = 100});
  if (reader.is_null("name")) reader.error("name", "cannot be null");
  out.description = reader.optional_string("description", {.most = 1000});
  if (reader.is_null("description")) out.description = "";
  if (const auto implementation = reader.optional_choice<Implementation>("implementation", model::spellings<Implementation>());
      implementation && *implementation != before.implementation)
    reader.error("implementation", "cannot change; make another service");
  out.text = read_text(reader, before.implementation);
  out.kinds = read_kinds(reader, before.implementation);
  out.version = reader.optional_integer("version", 1, 1'000'000);
  if (out.version && (out.text || out.kinds))
    reader.error("version", "goes back to what that version did; leave out what else it would do");
  reader.finish();
  if (!errors.empty()) return model::fail(model::invalid_input("change the service", std::move(errors)));
  return out;
}

}  // namespace valetkey::services
