#include "services/expressions/json_path.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace valetkey::services {
namespace {

const boost::json::value* item_at(const boost::json::array& list, std::string_view position) {
  std::size_t index = 0;
  const auto [end, failed] = std::from_chars(position.data(), position.data() + position.size(), index);
  if (failed != std::errc() || end != position.data() + position.size() || index >= list.size()) return nullptr;
  return &list[index];
}

}  // namespace

const boost::json::value* value_at(const boost::json::value& root, std::string_view path) {
  if (path == "$") return &root;
  const auto* at = &root;
  while (at != nullptr && !path.empty()) {
    const auto dot = path.find('.');
    const auto name = path.substr(0, dot);
    if (const auto* object = at->if_object()) at = object->if_contains(name);
    else if (const auto* list = at->if_array()) at = item_at(*list, name);
    else return nullptr;
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return at;
}

bool is_path(std::string_view text) {
  static constexpr std::string_view kReserved = "(),'\"{} ";
  if (text.empty() || text.size() > 256) return false;
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && kReserved.find(c) == std::string_view::npos; });
}

}  // namespace valetkey::services
