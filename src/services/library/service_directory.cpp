#include "services/library/service_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "model/config_service_kinds.hpp"
#include "model/json_reader.hpp"
#include "services/document/read_document.hpp"
#include "vault/places.hpp"

namespace valetkey::services {
namespace {

constexpr std::string_view kPreset = "preset/";
constexpr std::size_t kMostBytes = 32 << 20;

std::string kept_under(const model::TenantId& tenant, const std::string& name) { return tenant.str() + " " + name; }

std::vector<std::string> kinds_of(const ServiceDocument& document) {
  std::vector<std::string> kinds;
  for (const auto kind : model::kConfigServiceKinds)
    if (document.serves(kind)) kinds.emplace_back(kind);
  return kinds;
}

std::unexpected<model::Error> unknown(const std::string& name) {
  return model::fail(model::Code::kNotFound, fmt::format("there is no config service {}", model::clipped(name)));
}

/// `serv_...@3` -> 3; 0: the current one. nullopt: not a number.
std::optional<std::int64_t> version_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

}  // namespace

ServiceDirectory::ServiceDirectory(vault::Records& records, vault::KeyRing& keys, ports::EventBus& bus, const PresetLibrary& presets)
    : records_(records),
      keys_(keys),
      own_(std::make_shared<Cache>(kMostBytes)) {
  for (const auto& document : presets.list()) {
    auto service = std::make_shared<Service>();
    service->name = std::string(kPreset) + document->slug;
    service->kinds = kinds_of(*document);
    service->document = document;
    presets_.emplace(service->name, std::move(service));
  }
  subscription_ = bus.subscribe([weak = std::weak_ptr(own_)](const ports::Change* change) {
    const auto is_ours = change == nullptr || change->kind == model::Kind::kConfigService || change->kind == model::Kind::kServiceVersion ||
                         change->kind == model::Kind::kTenant;
    if (const auto cache = weak.lock(); cache && is_ours) cache->forget_all();
  });
}

ports::Answer<ServicePtr> ServiceDirectory::find(model::TenantId tenant, std::string name, std::string_view kind) {
  ServicePtr service;
  if (name.starts_with(kPreset)) {
    const auto found = presets_.find(name);
    if (found == presets_.end()) co_return unknown(name);
    service = found->second;
  } else {
    auto found = co_await own(std::move(tenant), std::move(name));
    if (!found) co_return found;
    service = std::move(*found);
  }
  if (std::ranges::find(service->kinds, kind) == service->kinds.end())
    co_return model::fail(model::Code::kInvalidInput, fmt::format("{} is no {}", service->name, kind));
  co_return service;
}

ports::Answer<ServicePtr> ServiceDirectory::own(model::TenantId tenant, std::string name) {
  const auto id = kept_under(tenant, name);
  if (auto kept = own_->get(id)) co_return kept;
  const auto ticket = own_->ticket(id);
  auto service = co_await read(std::move(tenant), name);
  if (!service) co_return service;
  const auto& one = **service;
  // A document in memory is some times its text.
  own_->put(id, ticket, *service, 4096 + 8 * one.source.size() + (one.document ? 64 << 10 : 0));
  co_return service;
}

ports::Answer<ServicePtr> ServiceDirectory::read(model::TenantId tenant, const std::string& name) const {
  const auto at = name.find('@');
  auto head = co_await records_.load<model::ConfigService>(tenant, name.substr(0, at));
  if (!head) co_return head.error().code == model::Code::kNotFound ? unknown(name) : model::fail(std::move(head.error()));
  const auto number = at == std::string::npos ? head->version : version_in(std::string_view(name).substr(at + 1));
  if (!number) co_return unknown(name);
  auto version = co_await records_.load<model::ServiceVersion>(tenant, model::service_version_id(head->id, *number));
  if (!version) co_return version.error().code == model::Code::kNotFound ? unknown(name) : model::fail(std::move(version.error()));
  auto service = co_await made(*head, *version);
  if (!service) co_return model::fail(model::in_context(std::move(service.error()), name));
  (*service)->name = name;
  co_return ServicePtr(std::move(*service));
}

ports::Answer<std::shared_ptr<Service>> ServiceDirectory::made(const model::ConfigService& head,
                                                               const model::ServiceVersion& version) const {
  auto service = std::make_shared<Service>();
  service->tenant = head.tenant;
  service->implementation = head.implementation;
  service->kinds = version.kinds;
  switch (head.implementation) {
    case model::Implementation::kScript: service->source = version.text; break;
    case model::Implementation::kHttp: {
      service->url = version.text;
      auto secret = co_await keys_.open(vault::service_secret_place(head), head.signing_secret);
      if (!secret) co_return model::fail(std::move(secret.error()));
      service->signing_secret = std::move(*secret);
      break;
    }
    case model::Implementation::kDeclarative: {
      const auto json = model::parse_json(version.text);
      if (!json) co_return model::fail(json.error());
      auto document = read_service_document(*json);
      if (!document) co_return model::fail(std::move(document.error()));
      service->document = std::make_shared<const ServiceDocument>(std::move(*document));
      break;
    }
  }
  co_return service;
}

}  // namespace valetkey::services
