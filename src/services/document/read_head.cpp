#include <algorithm>
#include <array>

#include "model/integration_document.hpp"
#include "model/time.hpp"
#include "model/url.hpp"
#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using model::JsonReader;

constexpr std::size_t kMostDeclared = 32;
constexpr model::TextLimits kTitle{.least = 1, .most = 200};

bool is_declared_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name[0] < 'a' || name[0] > 'z') return false;
  return std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

template <class Declared>
Declared read_declared(JsonReader& reader, const std::vector<Declared>& before) {
  Declared out;
  out.name = reader.required_string("name");
  if (!out.name.empty() && !is_declared_name(out.name)) reader.error("name", "must be 1 to 64 of a-z, 0-9 and _, beginning with a letter");
  if (std::ranges::find(before, out.name, &Declared::name) != before.end()) reader.error("name", "is declared twice");
  out.title = reader.string_or("title", "", kTitle);
  out.help = reader.string_or("help", "");
  out.is_optional = reader.optional_bool("optional").value_or(false);
  return out;
}

void read_catalogue_facts(JsonReader& reader, ServiceDocument& out, Reading& reading) {
  const auto is_preset = reading.source == DocumentSource::kPreset;
  out.slug = is_preset ? reader.required_string("slug") : reader.string_or("slug", "");
  if (!out.slug.empty() && !model::is_slug(out.slug))
    reader.error("slug", "must be 1 to 63 of a-z, 0-9 and -, and neither begin nor end with -");
  out.checked_on = is_preset ? reader.required_string("checked_on") : reader.string_or("checked_on", "");
  if (!out.checked_on.empty() && (out.checked_on.size() != 10 || !model::parse_rfc3339(out.checked_on + "T00:00:00Z")))
    reader.error("checked_on", "must be a date, YYYY-MM-DD");
  constexpr std::array<std::string_view, 3> kConfidences{"sdk", "documentation", "third_party"};
  out.confidence = is_preset ? reader.required_string("confidence") : reader.string_or("confidence", "");
  if (!is_preset && reader.has("confidence")) reader.error("confidence", "is said of presets only");
  else if (!out.confidence.empty() && std::ranges::find(kConfidences, out.confidence) == kConfidences.end())
    reader.error("confidence", "not one of the accepted values: sdk, documentation, third_party");
}

}  // namespace

void read_head(JsonReader& reader, ServiceDocument& out, Reading& reading) {
  (void)reader.optional_string("$schema");  // for editors
  read_catalogue_facts(reader, out, reading);
  out.title = reading.source == DocumentSource::kPreset ? reader.required_string("title", kTitle) : reader.string_or("title", "", kTitle);
  out.documentation_url = reader.string_or("documentation_url", "", {.least = 1, .most = 2048});
  if (!out.documentation_url.empty()) {
    const auto url = model::parse_url(std::string_view(out.documentation_url).substr(0, out.documentation_url.find('#')));
    if (!url) reader.error("documentation_url", url.error().detail);
    else if (url->scheme != "https") reader.error("documentation_url", "must be an https URL");
  }
  out.notes = reader.string_or("notes", "");
  for (auto& each : reader.objects("secrets", kMostDeclared)) {
    auto secret = read_declared(each, out.secrets);
    read_choice(each, "from", secret.from);
    each.finish();
    out.secrets.push_back(std::move(secret));
  }
  for (auto& each : reader.objects("parameters", kMostDeclared)) {
    auto parameter = read_declared(each, out.parameters);
    each.finish();
    out.parameters.push_back(std::move(parameter));
  }
}

}  // namespace valetkey::services
