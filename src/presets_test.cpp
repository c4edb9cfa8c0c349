// The presets that ship, as the broker reads them when it starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "adapters/catalog/load_presets.hpp"
#include "services/library/preset_library.hpp"

namespace valetkey {
namespace {

using testing::HasSubstr;

TEST(Presets, all_that_ship_are_read) {
  const auto files = adapters::catalog::load_embedded_presets();
  ASSERT_TRUE(files) << files.error().detail;
  const auto library = services::PresetLibrary::read(files->documents());
  ASSERT_TRUE(library) << files->located(library.error()).detail;
  EXPECT_EQ(library->list().size(), embedded::presets().size());
  for (const auto& document : library->list()) EXPECT_EQ(library->find(document->slug), document) << document->slug;
}

TEST(Presets, fault_names_file_and_line) {
  const embedded::File files[] = {{"a.toml", "slug = \"a\"\ntitle = \"A\"\n\n[event]\ntype = \"system(x)\"\n"}, {"b.toml", "= 1"}};
  const auto broken = adapters::catalog::PresetFiles::read(files);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().detail, HasSubstr("\nb.toml:1: not TOML"));
  const auto read = adapters::catalog::PresetFiles::read(std::span(files, 1));
  ASSERT_TRUE(read);
  const auto library = services::PresetLibrary::read(read->documents());
  ASSERT_FALSE(library);
  const auto detail = read->located(library.error()).detail;
  EXPECT_THAT(detail, HasSubstr("\na.toml:5: /event/type: no expression: an unknown function"));
  EXPECT_THAT(detail, HasSubstr("\na.toml:1: /confidence: is required"));
}

}  // namespace
}  // namespace valetkey
