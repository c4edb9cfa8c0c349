#pragma once
#include <boost/json/value.hpp>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "adapters/catalog/toml_document.hpp"
#include "embedded/presets.hpp"

namespace valetkey::adapters::catalog {

/// `<slug>.toml` files as the documents they mean (catalog/presets/README.md), and where their members stand. Immutable once read.
class PresetFiles {
 public:
  /// kInvalidInput lists each file that is not TOML, with its line. What the documents say is checked by who reads them.
  static model::Result<PresetFiles> read(std::span<const embedded::File> files);

  /// Slug and document of each.
  [[nodiscard]] const std::vector<std::pair<std::string, boost::json::value>>& documents() const { return documents_; }
  /// An error whose fields point to `/slug/member`: its detail lists each fault as `github.toml:12: /verify/0/key: ...`.
  [[nodiscard]] model::Error located(model::Error error) const;

 private:
  std::vector<std::pair<std::string, boost::json::value>> documents_;
  std::map<std::string, TomlDocument, std::less<>> by_slug_;  ///< their values are moved out
};

/// The presets that ship in the binary; its files are tested, so a failure is a bug of the build.
model::Result<PresetFiles> load_embedded_presets();

}  // namespace valetkey::adapters::catalog
