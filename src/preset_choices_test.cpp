// What an integration of the catalogue pre-selects is what its preset can do.
#include <gtest/gtest.h>

#include <set>

#include <boost/json.hpp>

#include "adapters/catalog/load_catalogue.hpp"
#include "adapters/catalog/load_presets.hpp"
#include "model/config_service_kinds.hpp"
#include "services/library/preset_library.hpp"

namespace valetkey {
namespace {

constexpr std::string_view kPrefix = "preset/";

TEST(PresetChoices, an_integration_names_every_service_of_its_preset) {
  const auto files = adapters::catalog::load_embedded_presets();
  ASSERT_TRUE(files) << files.error().detail;
  const auto library = services::PresetLibrary::read(files->documents());
  ASSERT_TRUE(library) << library.error().detail;
  const auto catalogue = adapters::catalog::load_embedded_catalogue();
  ASSERT_TRUE(catalogue) << catalogue.error().detail;
  for (const auto* integration : catalogue->list()) {
    if (integration->config_services.empty()) continue;
    std::set<std::string> names;
    for (const auto& [kind, name] : integration->config_services) names.insert(name);
    ASSERT_EQ(names.size(), 1U) << integration->slug;
    ASSERT_TRUE(names.begin()->starts_with(kPrefix)) << integration->slug;
    const auto preset = library->find(names.begin()->substr(kPrefix.size()));
    ASSERT_TRUE(preset) << integration->slug << " names " << *names.begin();
    for (const auto kind : model::kConfigServiceKinds)
      EXPECT_EQ(integration->config_services.contains(std::string(kind)), preset->serves(kind)) << integration->slug << " " << kind;
  }
}

}  // namespace
}  // namespace valetkey
