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
  /// The document as it was read; null for an unknown slug.
  [[nodiscard]] const boost::json::value* source_of(std::string_view slug) const;
  /// By slug.
  [[nodiscard]] std::vector<std::shared_ptr<const ServiceDocument>> list() const;

 private:
  struct Preset {
    std::shared_ptr<const ServiceDocument> document;
    boost::json::value source;
  };
  std::map<std::string, Preset, std::less<>> by_slug_;
};

}  // namespace valetkey::services
