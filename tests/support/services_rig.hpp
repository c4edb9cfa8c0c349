#pragma once
#include "http/resources/services.hpp"
#include "support/admin_rig.hpp"

namespace valetkey::test {

/// Answers every script with the same, so that tests of what is around scripts need no JavaScript.
class ScriptedEngine final : public ports::ScriptEngine {
 public:
  ports::Task<std::expected<ports::ScriptResult, ports::ScriptFailure>> run(ports::ScriptCall call) override {
    sources.push_back(call.source);
    if (failure) co_return std::unexpected(*failure);
    co_return ports::ScriptResult{.output = output, .log = {}};
  }

  std::string output = "{}";
  std::optional<ports::ScriptFailure> failure;
  std::vector<std::string> sources;
};

/// The routes of config services on the engine with its real store, and two presets.
class ServicesRig : public AdminRig {
 public:
  ServicesRig() { http::add_config_service_routes(router, {runner, own, presets, *engine.records, engine.clock}); }

  static constexpr std::string_view kGithub = R"~({"slug":"github","title":"GitHub","documentation_url":"https://docs.example",
    "checked_on":"2026-11-24","confidence":"sdk","notes":"a note","secrets":[{"name":"signing_secret","title":"Webhook secret","help":"typed there"}],
    "verify":[{"scheme":"hmac","algorithm":"sha256","key":{"secret":"signing_secret"},"message":["raw"],
      "signature":{"header":"x-hub-signature-256","prefix":"sha256=","decode":"hex"}}],
    "parse":{"format":"json"},"event":{"type":"join('.', header(x-github-event), action)","id":"header(x-github-delivery)","app_user_id":"sender.id"}})~";
  static constexpr std::string_view kChecked = R"({"slug":"checked","title":"Checked","documentation_url":"https://docs.example",
    "checked_on":"2026-11-24","confidence":"documentation","token_check":{"by":"call","path":"/me","valid":[{"status":[200]}],"invalid":[[{"status":[401]}]]}})";

  static services::PresetLibrary presets_of() {
    return EngineRig::must(
        services::PresetLibrary::read({{"github", boost::json::parse(kGithub)}, {"checked", boost::json::parse(kChecked)}}));
  }

  services::PresetLibrary presets = presets_of();
  ScriptedEngine scripts;
  services::ScriptServices script_services{scripts, engine.clock};
  services::Services runner{{.records = *engine.records,
                             .keys = *engine.keys,
                             .clock = engine.clock,
                             .random = engine.random,
                             .http = engine.provider,
                             .scripts = scripts,
                             .metrics = engine.metrics,
                             .bus = engine.bus,
                             .presets = presets}};
  services::OwnServices own{
      {.records = *engine.records, .keys = *engine.keys, .clock = engine.clock, .random = engine.random, .scripts = script_services}};
};

}  // namespace valetkey::test
