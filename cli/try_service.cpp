#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/json_text.hpp"
#include "cli/named_secrets.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/raw_request.hpp"
#include "cli/service_body.hpp"
#include "cli/services.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

struct TryWish {
  std::string preset;
  std::string service;
  ServiceWish inlined;
  std::string kind;
  std::string request = "-";
  std::string public_url;
  std::string now;
  std::string endpoint;
  std::vector<std::string> secrets;
  std::vector<std::string> parameters;
};

Outcome<Body> service_of(const TryWish& wish) {
  const bool is_inline = !wish.inlined.file.empty() || !wish.inlined.script.empty();
  const auto given = static_cast<int>(!wish.preset.empty()) + static_cast<int>(!wish.service.empty()) + static_cast<int>(is_inline);
  if (given == 0 && !wish.endpoint.empty()) return Body{};
  if (given != 1 || !wish.endpoint.empty())
    return fail(kUsage, "say which service: --preset SLUG, --service ID, -f FILE, --script FILE, or --endpoint ID for its own");
  if (is_inline) return inline_service(wish.inlined);
  Body body;
  body.set_text("service", wish.preset.empty() ? wish.service : "preset/" + wish.preset, wish.preset.empty() ? "--service" : "--preset");
  return body;
}

Outcome<Body> try_body(const TryWish& wish, const Environment& environment) {
  auto body = service_of(wish);
  if (!body) return body;
  body->set_text("kind", wish.kind, "--kind");
  body->set_text("public_url", wish.public_url, "--public-url");
  body->set_text("now", wish.now, "--now");
  body->set_text("endpoint", wish.endpoint, "--endpoint");
  if (auto set = body->set_pairs("parameters", wish.parameters, "--parameter"); !set) return fail(std::move(set.error()));
  auto secrets = named_secrets(wish.secrets, "--secret", environment, true);
  if (!secrets) return fail(std::move(secrets.error()));
  if (!secrets->empty()) body->set("secrets", std::move(*secrets), "--secret");
  auto text = read_file(wish.request);
  if (!text) return fail(std::move(text.error()));
  const auto name = wish.request == "-" ? std::string("standard input") : wish.request;
  auto request = parse_raw_request(*text, name);
  if (!request) return fail(std::move(request.error()));
  if (!request->warning.empty()) fmt::print(stderr, "warning: {}: {}\n", name, request->warning);
  body->set("request", request_member(*request), name);
  return body;
}

void print_response(const json::value& response) {
  if (!response.is_object()) return;
  fmt::print("answer to the application: {}\n", cell_at(response, "status"));
  for (const auto& header : response.as_object().at("headers").as_array())
    fmt::print("  {}: {}\n", cell_text(header.as_array().at(0)), cell_text(header.as_array().at(1)));
  if (const auto body = text_of(response, "body"); !body.empty()) fmt::print("  {}\n", printable(body));
}

void print_explanation(const json::object& found) {
  for (const auto& step : found.at("steps").as_array())
    fmt::print("{}  {}: {}\n", step.at("ok").as_bool() ? "ok    " : "failed", cell_at(step, "what"), cell_at(step, "result"));
  const auto reason = text_of(found, "reason");
  fmt::print("{}{}{}\n", cell_at(found, "outcome"), reason.empty() ? "" : ": ", printable(reason));
  print_response(found.at("response"));
  for (const auto& event : found.at("events").as_array()) fmt::print("event\n{}\n", pretty(event));
}

Done run(Program& program, const TryWish& wish) {
  auto body = try_body(wish, program.environment());
  if (!body) return fail(std::move(body.error()));
  auto reply = body->send(program, "POST", "/v1/services/try");
  if (!reply) return fail(std::move(reply.error()));
  const auto outcome = text_of(reply->body, "outcome");
  if (program.common.is_json) print_document(program, reply->body);
  else if (program.common.is_quiet) fmt::print("{}\n", printable(outcome));
  else print_explanation(reply->body.as_object());
  return outcome == "rejected" || text_of(reply->body, "reason") == "unparsed" ? kRefused : kOk;
}

}  // namespace

void add_try(CLI::App& group, Program& program) {
  auto wish = std::make_shared<TryWish>();
  auto& command = add_command(group, program, "try", "a dry run of an HTTP request on standard input, explained step by step",
                              [&program, wish] { return run(program, *wish); });
  command.add_option("--preset", wish->preset, "a preset that ships, for example slack");
  command.add_option("--service", wish->service, "one of your own, by id");
  command.add_option("-f,--file", wish->inlined.file, "YAML or JSON file with a service document");
  command.add_option("--script", wish->inlined.script, "JavaScript file");
  command.add_option("--kind", wish->kind, "webhook (verification, then parser: the default), action, or one kind alone");
  command.add_option("--secret", wish->secrets, "NAME=@FILE, NAME=env:VARIABLE or NAME=VALUE; again for an older value of it")
      ->allow_extra_args(false);
  command.add_option("--parameter", wish->parameters, "name=value of a parameter that the service declares")->allow_extra_args(false);
  command.add_option("--endpoint", wish->endpoint, "with the services, secrets and parameters that this endpoint has");
  command.add_option("--public-url", wish->public_url, "where the application sent it, when the request does not say so");
  command.add_option("--now", wish->now, "when it arrived, as in RFC 3339; without it now");
  command.add_option("--request", wish->request, "file with the request instead of standard input");
}

}  // namespace valetkey::cli
