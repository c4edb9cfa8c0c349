#include "adapters/catalog/load_catalogue.hpp"

#include <fmt/format.h>

#include "adapters/catalog/toml_document.hpp"
#include "model/integration_document.hpp"

namespace valetkey::adapters::catalog {
namespace {

constexpr std::string_view kExtension = ".toml";

using Faults = std::vector<model::FieldError>;

void add_fault(Faults& faults, std::string_view file, std::uint32_t line, std::string pointer, std::string_view detail) {
  faults.push_back({std::move(pointer), fmt::format("{}:{}: {}", file, line, detail)});
}

void read_file(const embedded::File& file, std::vector<model::Integration>& out, Faults& faults) {
  const auto document = parse_toml(file.bytes);
  if (!document) {
    faults.push_back({"", fmt::format("{}:{}", file.name, document.error().detail)});
    return;
  }
  auto integration = model::parse_integration(document->value, model::IntegrationSource::kCatalogue);
  if (!integration) {
    for (auto& field : integration.error().fields) {
      const auto line = document->line_of(field.pointer);
      const auto detail = fmt::format("{}: {}", field.pointer, field.detail);
      add_fault(faults, file.name, line, std::move(field.pointer), detail);
    }
    return;
  }
  if (integration->slug + std::string(kExtension) != file.name || integration->slug == model::custom_integration().slug)
    add_fault(faults, file.name, document->line_of("/slug"), "/slug", "/slug: must be the file's name, and not custom");
  out.push_back(std::move(*integration));
}

}  // namespace

model::Result<model::Catalogue> load_catalogue(std::span<const embedded::File> files) {
  std::vector<model::Integration> integrations;
  Faults faults;
  for (const auto& file : files) read_file(file, integrations, faults);
  if (faults.empty()) return model::Catalogue(std::move(integrations));
  std::string detail = "read the catalogue:";
  for (const auto& fault : faults) detail.append("\n").append(fault.detail);
  return model::fail(model::Error{.code = model::Code::kInvalidInput, .detail = std::move(detail), .fields = std::move(faults)});
}

model::Result<model::Catalogue> load_embedded_catalogue() { return load_catalogue(embedded::catalogue()); }

}  // namespace valetkey::adapters::catalog
