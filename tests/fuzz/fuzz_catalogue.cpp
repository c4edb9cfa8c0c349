// Files of the catalogue: TOML, its lines, and the record in it.
#include <boost/json.hpp>

#include "adapters/catalog/load_catalogue.hpp"
#include "adapters/catalog/toml_document.hpp"
#include "fuzz/property.hpp"
#include "model/integration_document.hpp"

namespace {

using valetkey::fuzz::require;
namespace catalog = valetkey::adapters::catalog;
namespace model = valetkey::model;

void check_lines(const catalog::TomlDocument& document, std::string_view text) {
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
  for (const auto& [pointer, line] : document.lines) {
    boost::json::error_code failed;
    require(document.value.find_pointer(pointer, failed) != nullptr, "a line belongs to a member");
    require(line >= 1 && line <= lines, "a line is in the file");
  }
}

void read_file(std::string_view text) {
  const auto document = catalog::parse_toml(text);
  if (document) check_lines(*document, text);
  const auto integration =
      document ? model::parse_integration(document->value, model::IntegrationSource::kCatalogue) : model::Result<model::Integration>();
  const std::string slug = document && integration ? integration->slug : "acme";
  const auto name = slug + ".toml";
  const valetkey::embedded::File files[] = {{name, text}};
  const auto loaded = catalog::load_catalogue(files);
  require(!loaded || (document && integration), "a file that is loaded was read");
  if (!loaded) return require(!loaded.error().fields.empty(), "a file that is refused is told what is wrong");
  const auto* found = loaded->find(slug);
  require(found != nullptr && model::to_json(*found) == model::to_json(*integration), "a record is found by its slug");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_file)
