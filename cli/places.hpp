#pragma once
#include <map>
#include <string>
#include <string_view>

#include "cli/failure.hpp"

namespace valetkey::cli {

/// Where the user wrote what was sent: JSON pointer -> a flag, or file:line.
class Places {
 public:
  void add(std::string pointer, std::string where) { places_.insert_or_assign(std::move(pointer), std::move(where)); }

  /// Those of a document that became the member at `parent`.
  void add_below(std::string_view parent, const Places& document);

  /// Of the member itself, else of what it is inside of; empty when nobody knows.
  [[nodiscard]] std::string where(std::string_view pointer) const;

  /// The places of the members below `parent`, with pointers relative to it.
  [[nodiscard]] Places below(std::string_view parent) const;

  /// Fills in where the wrong members of `failure` were written.
  void explain(Failure& failure) const;

 private:
  std::map<std::string, std::string, std::less<>> places_;
};

}  // namespace valetkey::cli
