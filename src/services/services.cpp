#include "services/services.hpp"

#include <fmt/format.h>

#include "services/declared_verification.hpp"
#include "services/http_events.hpp"
#include "services/keys/key_fetch.hpp"
#include "services/library/service_directory.hpp"
#include "services/parse/read_events.hpp"
#include "services/script/script_services.hpp"

namespace valetkey::services {
namespace {

using model::Implementation;

std::string_view label_of(const Verdict& verdict) {
  if (verdict.outcome == Outcome::kVerified) return "verified";
  if (verdict.outcome == Outcome::kChallenge) return "challenge";
  return verdict.reply && verdict.reply->status == 503 ? "unavailable" : "rejected";
}

}  // namespace

struct Services::Parts {
  explicit Parts(const World& world)
      : directory(world.records, world.keys, world.bus, world.presets),
        keys(world.http, world.clock, world.metrics, {.ca_file = world.ca_file}),
        declared(keys, world.http),
        scripts(world.scripts, world.clock),
        http(world.http, world.clock, world.random),
        metrics(world.metrics) {}

  ServiceDirectory directory;
  KeyFetch keys;
  DeclaredVerification declared;
  ScriptServices scripts;
  HttpService http;
  ports::Metrics& metrics;
};

Services::Services(World world) : parts_(std::make_unique<Parts>(world)) {}
Services::~Services() = default;

ports::Answer<ServicePtr> Services::find(model::TenantId tenant, std::string name, std::string_view kind) {
  return parts_->directory.find(std::move(tenant), std::move(name), kind);
}

ports::Task<Verdict> Services::verify(ServicePtr service, const Incoming& request, const EndpointValues& values, model::TenantId tenant,
                                      Run run) {
  Verdict verdict;
  if (service && service->document) {
    verdict = co_await parts_->declared.verify(*service->document, request, values, std::move(tenant), run);
  } else if (service && service->implementation == Implementation::kScript) {
    const Script script{.tenant = std::move(tenant), .source = service->source};
    verdict = co_await parts_->scripts.verify(script, request, values);
    if (verdict.outcome == Outcome::kRejected && !verdict.reply) verdict.reply = rejected("", 401, {}).reply;
  } else {
    verdict = rejected("no_verification", 401, {{"service", "there is none that verifies", false}});
  }
  parts_->metrics.count("valetkey_verifications_total", label_of(verdict));
  co_return verdict;
}

ports::Answer<Parsed> Services::parse(ServicePtr service, const Incoming& request, const EndpointValues& values, const Verdict& verdict,
                                      model::TenantId tenant) {
  if (service->document) co_return read_events(*service->document, request, values, verdict);
  if (service->implementation == Implementation::kHttp)
    co_return co_await ask_to_parse(parts_->http, *service, std::move(tenant), request, values, verdict);
  const Script script{.tenant = std::move(tenant), .source = service->source};
  co_return co_await parts_->scripts.parse(script, request, values, verdict);
}

ports::Answer<Action> Services::parse_action(ServicePtr service, const Incoming& request, const EndpointValues& values,
                                             const Verdict& verdict, model::TenantId tenant) {
  if (service->document) co_return read_action(*service->document, request, values, verdict);
  if (service->implementation == Implementation::kHttp)
    co_return co_await ask_for_action(parts_->http, *service, std::move(tenant), request, values, verdict);
  const Script script{.tenant = std::move(tenant), .source = service->source};
  co_return co_await parts_->scripts.action(script, request, values, verdict);
}

ports::Answer<std::vector<std::string>> Services::users_of(ServicePtr mapper, const Message& message, model::TenantId tenant) {
  if (!mapper || mapper->document) co_return message.app_user_ids;
  if (mapper->implementation == Implementation::kHttp) co_return co_await ask_for_users(parts_->http, *mapper, std::move(tenant), message);
  const Script script{.tenant = std::move(tenant), .source = mapper->source};
  co_return co_await parts_->scripts.map_event(script, message);
}

}  // namespace valetkey::services
