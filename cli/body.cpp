#include "cli/body.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "cli/files.hpp"
#include "cli/json_text.hpp"
#include "cli/text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

Outcome<model::Secret> secret_of_variable(const std::string& name, const std::string& where, const Environment& environment) {
  const auto value = environment.get(name);
  if (!value)
    return fail(kUsage, fmt::format("{}: the environment has no {}", where, printable(name)),
                fmt::format("export {}=...", printable(name)));
  return model::Secret(*value);
}

}  // namespace

void Body::set(const std::string& member, json::value value, const std::string& where) {
  document.insert_or_assign(member, std::move(value));
  places.add(model::pointer_to("", member), where);
}

void Body::set_text(const std::string& member, const std::string& text, const std::string& where) {
  if (!text.empty()) set(member, json::value(text), where);
}

void Body::set_list(const std::string& member, const std::vector<std::string>& items, const std::string& where) {
  if (!items.empty()) set(member, json::array(items.begin(), items.end()), where);
}

Outcome<void> Body::set_pairs(const std::string& member, const std::vector<std::string>& items, const std::string& where) {
  if (items.empty()) return {};
  json::object object;
  for (const auto& item : items) {
    const auto equals = item.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(kUsage, fmt::format("{} {}: it must be name=value", where, printable(item)));
    object.insert_or_assign(item.substr(0, equals), item.substr(equals + 1));
  }
  set(member, std::move(object), where);
  return {};
}

Outcome<void> Body::set_any(const std::vector<std::string>& assignments) {
  for (const auto& assignment : assignments) {
    const auto equals = assignment.find('=');
    if (equals == 0 || equals == std::string::npos)
      return fail(kUsage, fmt::format("--set {}: it must be name=value", printable(assignment)));
    const auto path = assignment.substr(0, equals);
    if (path == "client_secret" || path == "password")
      return fail(kUsage, fmt::format("--set {}: a secret is not taken from an argument", path),
                  "use --client-secret-stdin or --client-secret-file");
    auto value = yaml_value(assignment.substr(equals + 1));
    if (!value) return fail(std::move(value.error()));
    auto* object = &document;
    std::string pointer;
    std::size_t begin = 0;
    for (auto dot = path.find('.'); dot != std::string::npos; dot = path.find('.', begin)) {
      const auto name = path.substr(begin, dot - begin);
      pointer = model::pointer_to(pointer, name);
      auto& inner = (*object)[name];
      if (!inner.is_object()) inner = json::object{};
      object = &inner.as_object();
      begin = dot + 1;
    }
    const auto name = path.substr(begin);
    object->insert_or_assign(name, std::move(*value));
    places.add(model::pointer_to(pointer, name), fmt::format("--set {}", path));
  }
  return {};
}

Outcome<Reply> Body::send(Program& program, std::string method, std::string path, std::string if_match) const {
  auto reply =
      program.call({.method = std::move(method), .path = std::move(path), .query = {}, .body = document, .if_match = std::move(if_match)});
  if (!reply) places.explain(reply.error());
  return reply;
}

Outcome<Body> read_body(const std::string& path) {
  if (path.empty()) return Body{};
  auto file = read_yaml(path);
  if (!file) return fail(std::move(file.error()));
  if (!file->document.is_object()) return fail(kUsage, fmt::format("{}: it must hold names with values", path));
  return Body{
      .document = std::move(file->document.as_object()), .places = std::move(file->places), .directory = std::move(file->directory)};
}

Outcome<void> fill_client_secret(Body& body, const Environment& environment) {
  for (const auto* name : {"client_secret_env", "client_secret_file"}) {
    if (!body.document.contains(name)) continue;
    const auto where = body.places.where(model::pointer_to("", name));
    const auto text = text_of(body.document, name);
    body.document.stable_erase(body.document.find(name));
    if (text.empty()) return fail(kUsage, fmt::format("{}: {} must be text", where, name));
    if (body.document.contains("client_secret")) return fail(kUsage, fmt::format("{}: the client secret is given twice", where));
    const bool is_file = std::string_view(name) == "client_secret_file";
    const auto path = (std::filesystem::path(body.directory) / text).string();
    auto secret = is_file ? read_secret(path) : secret_of_variable(text, where, environment);
    if (!secret) return fail(std::move(secret.error()));
    body.set("client_secret", json::value(secret->reveal()), where);
  }
  return {};
}

}  // namespace valetkey::cli
