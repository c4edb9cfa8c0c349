#include "cli/places.hpp"

namespace valetkey::cli {

std::string Places::where(std::string_view pointer) const {
  for (;;) {
    if (const auto found = places_.find(pointer); found != places_.end()) return found->second;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return {};
    pointer = pointer.substr(0, slash);
  }
}

Places Places::below(std::string_view parent) const {
  Places out;
  for (const auto& [pointer, place] : places_) {
    if (!pointer.starts_with(parent)) continue;
    const auto rest = std::string_view(pointer).substr(parent.size());
    if (rest.empty() || rest.starts_with('/')) out.add(std::string(rest), place);
  }
  return out;
}

void Places::add_below(std::string_view parent, const Places& document) {
  for (const auto& [pointer, where] : document.places_) add(std::string(parent) + pointer, where);
}

void Places::explain(Failure& failure) const {
  for (auto& member : failure.members)
    if (member.where.empty()) member.where = where(member.pointer);
}

}  // namespace valetkey::cli
