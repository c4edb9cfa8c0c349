#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/integration.hpp"

namespace valetkey::model {

/// The built-in record that fills nothing: the credential gives authorisation URL, token URL and base URI itself.
Integration custom_integration();

/// The integrations that ship with the product, by slug, `custom` among them. Immutable once built.
class Catalogue {
 public:
  Catalogue();
  /// A later record of the same slug replaces the earlier one.
  explicit Catalogue(std::vector<Integration> integrations);

  /// Null for an unknown slug; valid while the catalogue lives.
  [[nodiscard]] const Integration* find(std::string_view slug) const;
  /// In the order of their slugs; valid while the catalogue lives.
  [[nodiscard]] std::vector<const Integration*> list() const;

 private:
  std::map<std::string, Integration, std::less<>> by_slug_;
};

}  // namespace valetkey::model
