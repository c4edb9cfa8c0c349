#pragma once
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "services/service_document.hpp"

namespace valetkey::services {

/// The presets that ship in the binary, by slug. Immutable once built.
class PresetLibrary {
 public:
  /// Slug and document of each; kInvalidInput lists every fault.
  static model::Result<PresetLibrary> read(const std::vector<std::pair<std::string, boost::json::value>>& documents);

  /// Null for an unknown slug.
  [[nodiscard]] std::shared_ptr<const ServiceDocument> find(std::string_view slug) const;
  [[nodiscard]] std::vector<std::shared_ptr<const ServiceDocument>> list() const;

 private:
  std::map<std::string, std::shared_ptr<const ServiceDocument>, std::less<>> by_slug_;
};

}  // namespace valetkey::services
