#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "model/error.hpp"

namespace valetkey::adapters::catalog {

/// A TOML file as the JSON value it means, and where each member stands.
struct TomlDocument {
  boost::json::value value;
  std::map<std::string, std::uint32_t> lines;  ///< JSON pointer -> line, from 1

  /// The line of `pointer`, or of the nearest thing around it.
  [[nodiscard]] std::uint32_t line_of(std::string_view pointer) const;
};

/// kMalformedRequest; the detail begins with the line: `12: ...`.
model::Result<TomlDocument> parse_toml(std::string_view text);

}  // namespace valetkey::adapters::catalog
