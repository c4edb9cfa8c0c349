#include "cli/service_body.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/files.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

/// The places of a document that became the member `name`: /verify -> /name/verify.
Outcome<void> set_document(Body& body, const std::string& file, const std::string& name) {
  auto read = read_yaml(file);
  if (!read) return fail(std::move(read.error()));
  if (!read->document.is_object()) return fail(kUsage, file + ": it must hold a service document");
  body.places.add_below("/" + name, read->places);
  body.document[name] = std::move(read->document);
  return {};
}

}  // namespace

void add_service_options(CLI::App& command, ServiceWish& wish) {
  auto* file = command.add_option("-f,--file", wish.file, "YAML or JSON file with a service document, - for standard input");
  auto* script = command.add_option("--script", wish.script, "JavaScript file")->excludes(file);
  command.add_option("--service-url", wish.url, "of a service of your own that is asked over HTTP")->excludes(file)->excludes(script);
  command.add_option("--name", wish.name, "what it is called");
  command.add_option("--description", wish.description, "what it is for");
  command.add_option("--kind", wish.kinds, "what it can be used as; once for each; follows from a document, and from a script's functions")
      ->allow_extra_args(false);
}

Outcome<Body> service_body(const ServiceWish& wish, bool is_new) {
  Body body;
  body.set_text("name", wish.name, "--name");
  body.set_text("description", wish.description, "--description");
  std::string implementation = "declarative";
  if (!wish.file.empty())
    if (auto set = set_document(body, wish.file, "document"); !set) return fail(std::move(set.error()));
  if (!wish.script.empty()) {
    auto source = read_file(wish.script);
    if (!source) return fail(std::move(source.error()));
    body.set("source", json::value(*source), wish.script);
    implementation = "script";
  }
  if (!wish.url.empty()) {
    body.set_text("url", wish.url, "--service-url");
    implementation = "http";
  }
  body.set_list("kinds", wish.kinds, "--kind");
  if (is_new) body.set("implementation", json::value(implementation), "");
  return body;
}

Outcome<Body> inline_service(const ServiceWish& wish) {
  Body body;
  if (!wish.file.empty()) {
    if (auto set = set_document(body, wish.file, "service"); !set) return fail(std::move(set.error()));
    return body;
  }
  auto source = read_file(wish.script);
  if (!source) return fail(std::move(source.error()));
  body.document["service"] = json::object{{"implementation", "script"}, {"source", *source}};
  body.places.add("/service/source", wish.script);
  return body;
}

}  // namespace valetkey::cli
