#include "cli/json_text.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

void write(const json::value& value, std::size_t depth, std::string& out) {
  const auto line = [&](std::size_t levels) { out.append("\n").append(levels * 2, ' '); };
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& member : *object) {
      if (&member != &*object->begin()) out += ',';
      line(depth + 1);
      out += json::serialize(json::value(member.key())) + ": ";
      write(member.value(), depth + 1, out);
    }
    line(depth);
    out += '}';
  } else if (const auto* array = value.if_array(); array != nullptr && !array->empty()) {
    out += '[';
    for (const auto& item : *array) {
      if (&item != &array->front()) out += ',';
      line(depth + 1);
      write(item, depth + 1, out);
    }
    line(depth);
    out += ']';
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string pretty(const json::value& value) {
  std::string out;
  write(value, 0, out);
  return out;
}

std::string cell_text(const json::value& value) {
  if (const auto* text = value.if_string()) return text->empty() ? "-" : printable(*text);
  if (const auto* flag = value.if_bool()) return *flag ? "yes" : "no";
  if (value.is_null()) return "-";
  if (const auto* array = value.if_array()) {
    std::string out;
    for (const auto& item : *array) out.append(out.empty() ? "" : ", ").append(cell_text(item));
    return out.empty() ? "-" : out;
  }
  if (const auto* object = value.if_object(); object != nullptr && object->empty()) return "-";
  return printable(json::serialize(value));
}

std::string cell_at(const json::value& value, std::string_view dotted_path) {
  const auto* found = model::at_path(value, dotted_path);
  return found == nullptr ? "-" : cell_text(*found);
}

std::string text_of(const json::value& value, std::string_view member) {
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(member);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

}  // namespace valetkey::cli
