// JSON from outside, and the reader that collects what is wrong with it.
#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/json_reader.hpp"

namespace {

using valetkey::fuzz::require;
namespace json = boost::json;
namespace model = valetkey::model;

enum class Colour { kRed, kBlue };
constexpr std::pair<std::string_view, Colour> kColours[] = {{"red", Colour::kRed}, {"blue", Colour::kBlue}};

int depth_of(const json::value& value) {
  int deepest = 0;
  if (value.is_object())
    for (const auto& member : value.as_object()) deepest = std::max(deepest, depth_of(member.value()));
  if (value.is_array())
    for (const auto& item : value.as_array()) deepest = std::max(deepest, depth_of(item));
  return value.is_structured() ? deepest + 1 : 0;
}

void read_members(const json::object& object) {
  std::vector<model::FieldError> errors;
  model::JsonReader reader(object, "", errors);
  const auto text = reader.required_string("text", {.least = 1, .most = 8});
  require(text.size() <= 8 && text.find('\0') == std::string::npos, "a string is within its limits");
  if (const auto number = reader.optional_integer("number", -5, 5)) require(*number >= -5 && *number <= 5, "a number is within its limits");
  if (const auto list = reader.optional_strings("list", 3)) require(list->size() <= 3, "a list is within its limit");
  if (const auto map = reader.optional_string_map("map", 3)) require(map->size() <= 3, "a map is within its limit");
  (void)reader.optional_bool("flag");
  (void)reader.optional_choice<Colour>("colour", kColours);
  if (auto nested = reader.optional_object("nested")) {
    (void)nested->string_or("text", "");
    nested->finish();
  }
  for (auto& each : reader.objects("objects", 3)) each.finish();
  reader.finish();

  const json::value document(object);
  for (const auto& error : errors) {
    json::error_code failed;
    const auto* found = document.find_pointer(error.pointer, failed);
    const bool is_absence = error.pointer == "/text" && !object.contains("text");
    require(found != nullptr || is_absence, "an error points at the member that is wrong");
  }
  if (!errors.empty()) return;
  for (const auto& member : object)
    require(std::string_view("text number list map flag colour nested objects").find(member.key()) != std::string_view::npos,
            "an unknown member is an error");
}

/// The last digit of a number that is not whole may be lost.
json::value rounded(json::value value) {
  if (value.is_double()) value = static_cast<float>(value.as_double());
  if (auto* object = value.if_object())
    for (auto& member : *object) member.value() = rounded(std::move(member.value()));
  if (auto* array = value.if_array())
    for (auto& item : *array) item = rounded(std::move(item));
  return value;
}

void read_json(std::string_view text) {
  const auto value = model::parse_json(text);
  if (!value) return require(value.error().code == model::Code::kMalformedRequest, "what is no JSON is malformed");
  require(depth_of(*value) <= 64, "nothing is nested deeper than 64 (S39)");
  const auto again = model::parse_json(json::serialize(*value));
  require(again && rounded(*again) == rounded(*value), "JSON that was written reads as the same value");
  if (const auto* object = value->if_object()) read_members(*object);
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_json)
