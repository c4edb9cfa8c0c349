#include "cli/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>
#include <charconv>
#include <filesystem>

#include "cli/files.hpp"
#include "cli/text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

constexpr int kDepth = 64;
constexpr int kMostNodes = 100'000;  ///< aliases are values again, and could be many

class Reader {
 public:
  Reader(std::string name, Places& places) : name_(std::move(name)), places_(places) {}

  Outcome<json::value> value_of(const YAML::Node& node, const std::string& pointer, int depth) {
    places_.add(pointer, where(node));
    if (depth > kDepth || ++nodes_ > kMostNodes) return wrong(node, "it is nested too deeply or too large");
    switch (node.Type()) {
      case YAML::NodeType::Map: return object_of(node, pointer, depth);
      case YAML::NodeType::Sequence: return array_of(node, pointer, depth);
      case YAML::NodeType::Scalar: return scalar_of(node);
      default: return json::value(nullptr);
    }
  }

  [[nodiscard]] std::string where(const YAML::Node& node) const { return fmt::format("{}:{}", name_, node.Mark().line + 1); }

 private:
  [[nodiscard]] std::unexpected<Failure> wrong(const YAML::Node& node, std::string_view why) const {
    return fail(kUsage, fmt::format("{}: {}", where(node), why));
  }

  Outcome<json::value> object_of(const YAML::Node& node, const std::string& pointer, int depth) {
    json::object out;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return wrong(member.first, "the name of a member must be text");
      const auto& name = member.first.Scalar();
      if (out.contains(name)) return wrong(member.first, fmt::format("{} stands here twice", printable(name)));
      auto value = value_of(member.second, model::pointer_to(pointer, name), depth + 1);
      if (!value) return value;
      places_.add(model::pointer_to(pointer, name), where(member.first));
      out.emplace(name, std::move(*value));
    }
    return out;
  }

  Outcome<json::value> array_of(const YAML::Node& node, const std::string& pointer, int depth) {
    json::array out;
    for (std::size_t i = 0; i < node.size(); ++i) {
      auto value = value_of(node[i], model::pointer_to(pointer, std::to_string(i)), depth + 1);
      if (!value) return value;
      out.push_back(std::move(*value));
    }
    return out;
  }

  /// The core schema of YAML 1.2: only true, false, null and numbers are no text; `yes`, `on`, `0o17` and times are.
  [[nodiscard]] Outcome<json::value> scalar_of(const YAML::Node& node) const {
    const auto& text = node.Scalar();
    const auto& tag = node.Tag();
    if (tag == "!" || tag == "tag:yaml.org,2002:str") return json::value(text);
    if (!tag.empty() && tag != "?") return wrong(node, fmt::format("the tag {} is not known", printable(tag)));
    if (text.empty() || text == "~" || text == "null") return json::value(nullptr);
    if (text == "true" || text == "false") return json::value(text == "true");
    const auto* end = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc{} && read.ptr == end) return json::value(whole);
    double number = 0;
    const bool may_be_number = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (const auto read = std::from_chars(text.data(), end, number); may_be_number && read.ec == std::errc{} && read.ptr == end)
      return json::value(number);
    return json::value(text);
  }

  std::string name_;
  Places& places_;
  int nodes_ = 0;
};

}  // namespace

Outcome<YamlFile> parse_yaml(const std::string& text, const std::string& name) {
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.empty()) return fail(kUsage, fmt::format("{}: there is nothing in it", name));
    if (documents.size() > 1) return fail(kUsage, fmt::format("{}: it holds more than one document", name));
    YamlFile out;
    auto value = Reader(name, out.places).value_of(documents.front(), "", 0);
    if (!value) return fail(std::move(value.error()));
    out.document = std::move(*value);
    return out;
  } catch (const YAML::Exception& error) {
    return fail(kUsage, fmt::format("{}:{}: {}", name, error.mark.line + 1, printable(error.msg)));
  }
}

Outcome<YamlFile> read_yaml(const std::string& path) {
  auto text = read_file(path);
  if (!text) return fail(std::move(text.error()));
  auto file = parse_yaml(*text, path == "-" ? "standard input" : path);
  if (file && path != "-") file->directory = std::filesystem::path(path).parent_path().string();
  return file;
}

Outcome<json::value> yaml_value(const std::string& text) {
  Places unused;
  try {
    return Reader("value", unused).value_of(YAML::Load(text), "", 0);
  } catch (const YAML::Exception&) {
    return json::value(text);
  }
}

}  // namespace valetkey::cli
