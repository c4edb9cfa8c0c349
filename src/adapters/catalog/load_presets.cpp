#include "adapters/catalog/load_presets.hpp"

#include <fmt/format.h>

namespace valetkey::adapters::catalog {

model::Result<PresetFiles> PresetFiles::read(std::span<const embedded::File> files) {
  constexpr std::string_view kExtension = ".toml";
  PresetFiles out;
  std::string faults;
  for (const auto& file : files) {
    auto document = parse_toml(file.bytes);
    if (!document) {
      faults += fmt::format("\n{}:{}", file.name, document.error().detail);
      continue;
    }
    auto slug = std::string(file.name.substr(0, file.name.size() - kExtension.size()));
    out.documents_.emplace_back(slug, std::move(document->value));
    out.by_slug_.emplace(std::move(slug), std::move(*document));
  }
  if (!faults.empty()) return model::fail(model::Code::kInvalidInput, "read the presets:" + faults);
  return out;
}

model::Error PresetFiles::located(model::Error error) const {
  for (const auto& field : error.fields) {
    const auto slash = field.pointer.find('/', 1);
    const auto slug = field.pointer.substr(std::min<std::size_t>(1, field.pointer.size()), slash == std::string::npos ? slash : slash - 1);
    const auto pointer = slash == std::string::npos ? std::string{} : field.pointer.substr(slash);
    const auto found = by_slug_.find(slug);
    const auto line = found == by_slug_.end() ? 1 : found->second.line_of(pointer);
    error.detail += fmt::format("\n{}.toml:{}: {}: {}", slug, line, pointer, field.detail);
  }
  return error;
}

model::Result<PresetFiles> load_embedded_presets() { return PresetFiles::read(embedded::presets()); }

}  // namespace valetkey::adapters::catalog
