#include "adapters/catalog/toml_document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <boost/json.hpp>

#include "model/json_reader.hpp"

namespace valetkey::adapters::catalog {
namespace {

namespace json = boost::json;
using model::pointer_to;

using Lines = std::map<std::string, std::uint32_t>;

json::value to_json(const toml::node& node, const std::string& pointer, Lines& lines);

json::value to_json(const toml::table& table, const std::string& pointer, Lines& lines) {
  json::object out;
  for (const auto& [key, child] : table) {
    const auto place = pointer_to(pointer, key.str());
    lines.emplace(place, key.source().begin.line);
    out.emplace(key.str(), to_json(child, place, lines));
  }
  return out;
}

json::value to_json(const toml::array& array, const std::string& pointer, Lines& lines) {
  json::array out;
  for (const auto& child : array) {
    const auto place = fmt::format("{}/{}", pointer, out.size());
    lines.emplace(place, child.source().begin.line);
    out.push_back(to_json(child, place, lines));
  }
  return out;
}

json::value to_json(const toml::node& node, const std::string& pointer, Lines& lines) {
  if (const auto* table = node.as_table()) return to_json(*table, pointer, lines);
  if (const auto* array = node.as_array()) return to_json(*array, pointer, lines);
  if (const auto* text = node.as_string()) return json::string(text->get());
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* date = node.as_date())
    return json::string(fmt::format("{:04}-{:02}-{:02}", date->get().year, date->get().month, date->get().day));
  return "a time of day";  // no member takes one: its reader refuses this text and says what it wants
}

}  // namespace

std::uint32_t TomlDocument::line_of(std::string_view pointer) const {
  while (!pointer.empty()) {
    if (const auto found = lines.find(std::string(pointer)); found != lines.end()) return found->second;
    pointer = pointer.substr(0, pointer.rfind('/'));
  }
  return 1;
}

model::Result<TomlDocument> parse_toml(std::string_view text) {
  try {
    const auto table = toml::parse(text);
    TomlDocument out;
    out.value = to_json(table, "", out.lines);
    return out;
  } catch (const toml::parse_error& failed) {
    return model::fail(model::Code::kMalformedRequest,
                       fmt::format("{}: not TOML: {}", failed.source().begin.line, model::clipped(failed.description())));
  }
}

}  // namespace valetkey::adapters::catalog
