#include "events/endpoints/endpoint_needs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace valetkey::events {
namespace {

namespace json = boost::json;
using services::DeclaredParameter;
using services::DeclaredSecret;

constexpr std::string_view kVerifier = "webhook_event_verification";
constexpr std::string_view kAllowWeak = "allow_weak";

/// Each once, by name, in the order of the kinds.
template <class Declared>
std::vector<const Declared*> declared_by(const EndpointServices& services, std::vector<Declared> services::ServiceDocument::* member) {
  std::vector<const Declared*> out;
  for (const auto kind : kEndpointServices) {
    const auto found = services.find(std::string(kind));
    if (found == services.end() || !found->second || !found->second->document) continue;
    for (const auto& each : (*found->second->document).*member)
      if (std::ranges::none_of(out, [&](const auto* known) { return known->name == each.name; })) out.push_back(&each);
  }
  return out;
}

bool is_all_declared(const EndpointServices& services) {
  return std::ranges::all_of(services, [](const auto& entry) { return entry.second && entry.second->document; });
}

std::string_view spelling(DeclaredSecret::From from) {
  switch (from) {
    case DeclaredSecret::From::kOperator: return "operator";
    case DeclaredSecret::From::kClientSecret: return "client_secret";
    case DeclaredSecret::From::kHandshake: return "handshake";
  }
  std::unreachable();
}

bool has_secret(const EndpointView& view, const DeclaredSecret& declared, model::WallTime now) {
  const auto is_valid = [&](const model::StoredSecret& secret) { return !secret.valid_until || *secret.valid_until > now; };
  if (std::ranges::any_of(view.endpoint.secrets, [&](const auto& each) { return each.name == declared.name && is_valid(each.value); }))
    return true;
  return declared.from == DeclaredSecret::From::kClientSecret && std::ranges::any_of(view.set.secrets, is_valid);
}

const services::ServiceDocument* verifier_of(const EndpointView& view) {
  const auto found = view.services.find(std::string(kVerifier));
  return found == view.services.end() || !found->second ? nullptr : found->second->document.get();
}

struct Warnings {
  json::array out;
  void add(std::string_view code, std::string_view reference, std::string_view detail) {
    out.push_back(json::object{{"code", code}, {"reference", reference}, {"detail", detail}});
  }
};

void add_service_warnings(const EndpointView& view, Warnings& warnings) {
  const auto has = [&](std::string_view kind) {
    const auto found = view.services.find(std::string(kind));
    return found != view.services.end() && found->second;
  };
  if (view.endpoint.verification == model::Verification::kNone)
    warnings.add("verification_none", "S32", "whoever knows the URL can make events: requests are accepted without any verification");
  else if (!has(kVerifier))
    warnings.add("no_verification_service", "S25",
                 "the credential has no webhook_event_verification that can be used: every request is rejected");
  if (!has("webhook_parser"))
    warnings.add("no_webhook_parser", "", "the credential has no webhook_parser that can be used: what arrives stays unparsed");
}

void add_weakness_warnings(const EndpointView& view, Warnings& warnings) {
  const auto* verifier = verifier_of(view);
  if (verifier == nullptr) return;
  if (std::ranges::any_of(verifier->verify, [](const auto& each) { return !each.covers_body; }))
    warnings.add("body_not_signed", "S32", "what verifies these requests does not cover their bodies: events say so in `unsigned`");
  const auto weak = view.endpoint.parameters.find(std::string(kAllowWeak));
  const bool is_chosen = weak != view.endpoint.parameters.end() && weak->second == "true";
  if (is_chosen && std::ranges::any_of(verifier->verify, &services::Alternative::needs_choice))
    warnings.add("weak_scheme_on", "S32", "a scheme that is off unless chosen is taken, because of the parameter allow_weak");
}

}  // namespace

bool declares_secret(const EndpointServices& services, std::string_view name) {
  const auto declared = declared_by(services, &services::ServiceDocument::secrets);
  return !is_all_declared(services) || std::ranges::any_of(declared, [&](const auto* each) { return each->name == name; });
}

bool declares_parameter(const EndpointServices& services, std::string_view name) {
  const auto declared = declared_by(services, &services::ServiceDocument::parameters);
  return name == kAllowWeak || !is_all_declared(services) ||
         std::ranges::any_of(declared, [&](const auto* each) { return each->name == name; });
}

bool comes_by_handshake(const EndpointServices& services, std::string_view name) {
  return std::ranges::any_of(declared_by(services, &services::ServiceDocument::secrets),
                             [&](const auto* each) { return each->name == name && each->from == DeclaredSecret::From::kHandshake; });
}

json::object needs_document(const EndpointView& view, model::WallTime now) {
  json::array secrets, parameters, missing;
  for (const auto* each : declared_by(view.services, &services::ServiceDocument::secrets)) {
    const bool is_set = has_secret(view, *each, now);
    secrets.push_back(json::object{{"name", each->name},
                                   {"title", each->title},
                                   {"help", each->help},
                                   {"from", spelling(each->from)},
                                   {"is_optional", each->is_optional},
                                   {"is_set", is_set}});
    if (!is_set && !each->is_optional) missing.emplace_back(each->name);
  }
  for (const auto* each : declared_by(view.services, &services::ServiceDocument::parameters)) {
    const bool is_set = view.endpoint.parameters.contains(each->name);
    parameters.push_back(json::object{
        {"name", each->name}, {"title", each->title}, {"help", each->help}, {"is_optional", each->is_optional}, {"is_set", is_set}});
    if (!is_set && !each->is_optional) missing.emplace_back(each->name);
  }
  return {{"secrets", std::move(secrets)}, {"parameters", std::move(parameters)}, {"missing", std::move(missing)}};
}

json::array endpoint_warnings(const EndpointView& view, model::WallTime now) {
  Warnings warnings;
  add_service_warnings(view, warnings);
  add_weakness_warnings(view, warnings);
  if (!needs_document(view, now).at("missing").as_array().empty() && view.endpoint.verification != model::Verification::kNone)
    warnings.add("missing_values", "S25",
                 "secrets or parameters that its services need are not set (see needs.missing): requests may be rejected");
  if (view.endpoint.handshake_until && *view.endpoint.handshake_until > now)
    warnings.add("handshake_open", "S31", "the first secret that an application sends is kept, until accepts_handshake_until");
  return std::move(warnings.out);
}

}  // namespace valetkey::events
