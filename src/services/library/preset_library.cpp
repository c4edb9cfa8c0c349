#include "services/library/preset_library.hpp"

#include <fmt/format.h>

#include "model/json_reader.hpp"
#include "services/document/read_document.hpp"

namespace valetkey::services {

model::Result<PresetLibrary> PresetLibrary::read(const std::vector<std::pair<std::string, boost::json::value>>& documents) {
  PresetLibrary out;
  std::vector<model::FieldError> faults;
  for (const auto& [slug, value] : documents) {
    auto document = read_service_document(value, DocumentSource::kPreset);
    if (!document) {
      for (auto& field : document.error().fields) faults.push_back({fmt::format("/{}{}", slug, field.pointer), std::move(field.detail)});
      continue;
    }
    if (document->slug != slug) faults.push_back({fmt::format("/{}/slug", slug), "must be the preset's own name"});
    const auto is_new =
        out.by_slug_.emplace(slug, Preset{.document = std::make_shared<const ServiceDocument>(std::move(*document)), .source = value})
            .second;
    if (!is_new) faults.push_back({"/" + slug, "there are two of this name"});
  }
  if (!faults.empty()) return model::fail(model::invalid_input("read the presets", std::move(faults)));
  return out;
}

std::shared_ptr<const ServiceDocument> PresetLibrary::find(std::string_view slug) const {
  const auto found = by_slug_.find(slug);
  return found == by_slug_.end() ? nullptr : found->second.document;
}

const boost::json::value* PresetLibrary::source_of(std::string_view slug) const {
  const auto found = by_slug_.find(slug);
  return found == by_slug_.end() ? nullptr : &found->second.source;
}

std::vector<std::shared_ptr<const ServiceDocument>> PresetLibrary::list() const {
  std::vector<std::shared_ptr<const ServiceDocument>> out;
  out.reserve(by_slug_.size());
  for (const auto& [slug, preset] : by_slug_) out.push_back(preset.document);
  return out;
}

}  // namespace valetkey::services
