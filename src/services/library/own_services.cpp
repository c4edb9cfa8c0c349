#include "services/library/own_services.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/config_service_kinds.hpp"
#include "model/json_reader.hpp"
#include "services/document/read_document.hpp"
#include "vault/places.hpp"

namespace valetkey::services {
namespace {

using model::Code;
using model::fail;
using model::Implementation;

constexpr int kPage = 100;
constexpr std::int64_t kMostVersions = 1000;
constexpr std::size_t kSecretBytes = 32;

model::Error taken_or(model::Error error, std::string_view doing) {
  if (error.code == Code::kConflict)
    return {.code = Code::kConflict,
            .detail = fmt::format("{}: the name is taken", doing),
            .fields = {{"/name", "is the name of another service"}}};
  return model::in_context(std::move(error), doing);
}

/// Whether a credential's value names the service, in any version of it.
bool names(std::string_view value, std::string_view id) {
  return value.starts_with(id) && (value.size() == id.size() || value[id.size()] == '@');
}

model::Result<std::vector<std::string>> kinds_of_document(const std::string& text) {
  auto value = model::parse_json(text);
  if (!value) return fail(below(std::move(value.error()), "/document"));
  auto document = read_service_document(*value);
  if (!document) return fail(below(std::move(document.error()), "/document"));
  std::vector<std::string> kinds;
  for (const auto kind : model::kConfigServiceKinds)
    if (document->serves(kind)) kinds.emplace_back(kind);
  return kinds;
}

model::ServiceVersion version_of(const model::ConfigService& head, ServiceText text, const model::ApiKeyId& by) {
  return {.service = head.id,
          .tenant = head.tenant,
          .number = head.version,
          .revision = 0,
          .kinds = std::move(text.kinds),
          .text = std::move(text.text),
          .created_at = head.updated_at,
          .created_by = by.str()};
}

}  // namespace

ports::Answer<std::vector<std::string>> OwnServices::kinds_of(model::TenantId tenant, Implementation implementation,
                                                              ServiceText text) const {
  if (implementation == Implementation::kHttp) co_return std::move(text.kinds);
  if (implementation == Implementation::kDeclarative) co_return kinds_of_document(text.text);
  const Script script{.tenant = std::move(tenant), .source = text.text, .log = nullptr};
  auto served = co_await world_.scripts.kinds_of(script);
  if (!served)
    co_return fail(served.error().code == Code::kInvalidInput ? below(std::move(served.error()), "/source") : std::move(served.error()));
  for (const auto& kind : text.kinds)
    if (std::ranges::find(*served, kind) == served->end())
      co_return fail(model::invalid_input("read the script", {{"/kinds", fmt::format("the source has no function for {}", kind)}}));
  if (!text.kinds.empty()) co_return std::move(text.kinds);
  if (served->empty())
    co_return fail(model::invalid_input("read the script", {{"/source", "defines none of the functions that a service is called by"}}));
  co_return std::move(*served);
}

ports::Answer<OwnService> OwnServices::load(model::TenantId tenant, model::ServiceId id) const {
  auto head = co_await world_.records.load<model::ConfigService>(std::move(tenant), id.str());
  if (!head) co_return fail(std::move(head.error()));
  auto version = co_await this->version(*head, head->version);
  if (!version) co_return fail(std::move(version.error()));
  co_return OwnService{std::move(*head), std::move(*version), std::nullopt};
}

ports::Answer<std::vector<model::ConfigService>> OwnServices::list(model::TenantId tenant, ServiceFilter filter, std::string after,
                                                                   int limit) const {
  std::vector<model::ConfigService> out;
  while (std::cmp_less(out.size(), limit)) {
    auto page = co_await world_.records.find<model::ConfigService>({.tenant = tenant.str(), .after = after, .limit = kPage});
    if (!page) co_return fail(std::move(page.error()));
    const bool is_last = page->size() < kPage;
    if (!page->empty()) after = page->back().id.str();
    for (auto& head : *page) {
      if (filter.implementation && head.implementation != *filter.implementation) continue;
      if (!filter.kind.empty() && std::ranges::find(head.kinds, filter.kind) == head.kinds.end()) continue;
      if (std::cmp_less(out.size(), limit)) out.push_back(std::move(head));
    }
    if (is_last) break;
  }
  co_return out;
}

ports::Answer<OwnService> OwnServices::create(model::TenantId tenant, model::ApiKeyId by, NewService wish, Alongside alongside) {
  auto kinds = co_await kinds_of(tenant, wish.implementation, wish.text);
  if (!kinds) co_return fail(std::move(kinds.error()));
  wish.text.kinds = std::move(*kinds);
  OwnService made;
  auto& head = made.head;
  head.id = ports::new_id<model::ServiceId>(world_.clock, world_.random);
  head.tenant = tenant;
  head.name = std::move(wish.name);
  head.description = std::move(wish.description);
  head.implementation = wish.implementation;
  head.kinds = wish.text.kinds;
  head.version = 1;
  head.created_at = head.updated_at = world_.clock.wall_now();
  if (head.implementation == Implementation::kHttp) {
    made.signing_secret = model::Secret("whsec_" + model::to_base64(world_.random.bytes(kSecretBytes)));
    auto sealed = co_await world_.keys.seal(vault::service_secret_place(head), *made.signing_secret);
    if (!sealed) co_return fail(std::move(sealed.error()));
    head.signing_secret = std::move(*sealed);
  }
  made.version = version_of(head, std::move(wish.text), by);
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectFewer{model::Kind::kConfigService, tenant.str(), world_.most - 1});
  unit.writes.emplace_back(world_.records.put(head));
  unit.writes.emplace_back(world_.records.put(made.version));
  head.revision = 1;
  if (alongside) alongside(unit, made);
  if (auto applied = co_await world_.records.store().apply(std::move(unit)); !applied)
    co_return fail(taken_or(std::move(applied.error()), "make the service"));
  co_return made;
}

/// What the service does after the change; as before where the change is about its name.
ports::Answer<ServiceText> OwnServices::next_text(const OwnService& before, const ServiceChange& wish) const {
  if (wish.version) {
    auto older = co_await version(before.head, *wish.version);
    if (!older && older.error().code == Code::kNotFound)
      co_return fail(
          model::invalid_input("change the service", {{"/version", fmt::format("there is none; the newest is {}", before.head.version)}}));
    if (!older) co_return fail(std::move(older.error()));
    co_return ServiceText{std::move(older->text), std::move(older->kinds)};
  }
  ServiceText next{before.version.text, before.version.kinds};
  if (!wish.text && !wish.kinds) co_return next;
  if (wish.text) next.text = *wish.text;
  if (wish.kinds) next.kinds = *wish.kinds;
  auto kinds = co_await kinds_of(before.head.tenant, before.head.implementation, next);
  if (!kinds) co_return fail(std::move(kinds.error()));
  next.kinds = std::move(*kinds);
  co_return next;
}

ports::Answer<OwnService> OwnServices::change(OwnService before, model::ApiKeyId by, ServiceChange wish, Alongside alongside) {
  auto text = co_await next_text(before, wish);
  if (!text) co_return fail(std::move(text.error()));
  OwnService after = before;
  auto& head = after.head;
  if (wish.name) head.name = *wish.name;
  if (wish.description) head.description = *wish.description;
  head.updated_at = world_.clock.wall_now();
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(before.head));
  if (*text != ServiceText{before.version.text, before.version.kinds}) {
    if (head.version >= kMostVersions)
      co_return fail(Code::kQuotaExceeded, fmt::format("change the service: it has {} versions; make another service", kMostVersions));
    ++head.version;
    head.kinds = text->kinds;
    after.version = version_of(head, std::move(*text), by);
    unit.writes.emplace_back(world_.records.put(after.version));
  }
  unit.writes.emplace_back(world_.records.put(head));
  head.revision = before.head.revision + 1;
  if (alongside) alongside(unit, after);
  if (auto applied = co_await world_.records.store().apply(std::move(unit)); !applied)
    co_return fail(taken_or(std::move(applied.error()), "change the service"));
  co_return after;
}

/// Id of a credential that names the service; empty: none does.
ports::Answer<std::string> OwnServices::user_of(const model::ConfigService& service) const {
  std::string after;
  for (;;) {
    auto page = co_await world_.records.find<model::Credential>({.tenant = service.tenant.str(), .after = after, .limit = kPage});
    if (!page) co_return fail(std::move(page.error()));
    for (const auto& credential : *page)
      if (std::ranges::any_of(credential.config_services, [&](const auto& each) { return names(each.second, service.id.str()); }))
        co_return credential.id.str();
    if (page->size() < kPage) co_return std::string();
    after = page->back().id.str();
  }
}

ports::Answer<void> OwnServices::remove(OwnService before, Alongside alongside) {
  auto user = co_await user_of(before.head);
  if (!user) co_return fail(std::move(user.error()));
  if (!user->empty())
    co_return fail(Code::kConflict, fmt::format("delete the service: credentials name it, {} among them; take it off them first", *user));
  ports::Unit unit;
  unit.preconditions.emplace_back(vault::Records::unchanged(before.head));
  unit.writes.emplace_back(ports::Erase{model::Kind::kConfigService, before.head.id.str()});
  for (std::int64_t number = before.head.version; number > 0; --number)
    unit.writes.emplace_back(ports::Erase{model::Kind::kServiceVersion, model::service_version_id(before.head.id, number)});
  if (alongside) alongside(unit, before);
  if (auto applied = co_await world_.records.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "delete the service"));
  co_return model::Result<void>{};
}

ports::Answer<std::vector<model::ServiceVersion>> OwnServices::versions(const model::ConfigService& service, std::int64_t before_number,
                                                                        int limit) const {
  std::vector<model::ServiceVersion> out;
  auto number = before_number > 0 ? std::min(before_number - 1, service.version) : service.version;
  for (; number > 0 && std::cmp_less(out.size(), limit); --number) {
    auto each = co_await version(service, number);
    if (!each) co_return fail(std::move(each.error()));
    out.push_back(std::move(*each));
  }
  co_return out;
}

ports::Answer<model::ServiceVersion> OwnServices::version(const model::ConfigService& service, std::int64_t number) const {
  co_return co_await world_.records.load<model::ServiceVersion>(service.tenant, model::service_version_id(service.id, number));
}

}  // namespace valetkey::services
