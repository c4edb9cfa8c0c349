#include "oauth/integrations.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/integration_document.hpp"
#include "model/json_reader.hpp"

namespace valetkey::oauth {
namespace {

namespace json = boost::json;
using model::Code;
using model::fail;

model::Result<IntegrationView> view_of(const model::CustomIntegration& custom) {
  auto document = model::parse_json(custom.document);
  if (!document) return fail(Code::kIntegrity, "the stored integration cannot be read", {document.error().detail});
  auto integration = model::parse_integration(*document);
  if (!integration) return fail(Code::kIntegrity, "the stored integration is not valid", {integration.error().detail});
  return IntegrationView{std::move(*integration), custom.revision};
}

std::unexpected<model::Error> slug_taken(std::string_view whose) {
  return fail(model::Error{.code = Code::kConflict,
                           .detail = "make an integration: the slug is taken",
                           .fields = {{"/slug", fmt::format("is the slug of {}", whose)}}});
}

/// `members` over `document`.
json::object merged(json::object document, json::object members) {
  for (auto& [name, value] : members) {
    if (value.is_null()) document.erase(name);
    else document.insert_or_assign(name, std::move(value));
  }
  return document;
}

}  // namespace

ports::Answer<IntegrationView> Integrations::load(model::TenantId tenant, std::string slug) const {
  if (const auto* known = context_.catalogue.find(slug)) co_return IntegrationView{*known, 0};
  auto custom = co_await context_.records.load<model::CustomIntegration>(tenant, model::custom_integration_id(tenant, slug));
  if (!custom) co_return fail(std::move(custom.error()));
  co_return view_of(*custom);
}

ports::Answer<std::vector<IntegrationView>> Integrations::list(model::TenantId tenant, std::string after, int limit) const {
  std::vector<IntegrationView> out;
  for (const auto* known : context_.catalogue.list())
    if (known->slug > after) out.push_back({*known, 0});
  // Row ids are `{tenant}/{slug}`, so that their order within the tenant is that of the slugs.
  auto customs = co_await context_.records.find<model::CustomIntegration>(
      {.tenant = tenant.str(), .after = after.empty() ? std::string() : model::custom_integration_id(tenant, after), .limit = limit});
  if (!customs) co_return fail(std::move(customs.error()));
  for (const auto& custom : *customs) {
    if (context_.catalogue.find(custom.slug) != nullptr) continue;  // the catalogue learned this slug later
    auto view = view_of(custom);
    if (!view) co_return fail(std::move(view.error()));
    out.push_back(std::move(*view));
  }
  std::ranges::sort(out, {}, [](const IntegrationView& view) -> const std::string& { return view.integration.slug; });
  if (std::cmp_greater(out.size(), limit)) out.resize(static_cast<std::size_t>(limit));
  co_return out;
}

ports::Answer<IntegrationView> Integrations::create(model::TenantId tenant, json::value document, Alongside<IntegrationView> alongside) {
  auto integration = model::parse_integration(document);
  if (!integration) co_return fail(std::move(integration.error()));
  if (context_.catalogue.find(integration->slug) != nullptr) co_return slug_taken("an integration of the catalogue");
  const auto now = context_.clock.wall_now();
  const model::CustomIntegration custom{.slug = integration->slug,
                                        .tenant = tenant,
                                        .revision = 0,
                                        .document = json::serialize(document),
                                        .created_at = now,
                                        .updated_at = now};
  const auto id = model::custom_integration_id(tenant, custom.slug);
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kIntegration, id});
  unit.preconditions.emplace_back(room_for_one(model::Kind::kIntegration, tenant, context_.quotas.integrations));
  unit.writes.emplace_back(context_.records.put(custom));
  const IntegrationView made{std::move(*integration), 1};
  if (alongside) alongside(unit, made);
  auto applied = co_await context_.store().apply(std::move(unit));
  if (applied) co_return made;
  if (applied.error().code == Code::kPreconditionFailed) co_return slug_taken("another integration of this tenant");
  co_return fail(model::in_context(std::move(applied.error()), "make an integration"));
}

ports::Answer<model::CustomIntegration> Integrations::own(const model::TenantId& tenant, const std::string& slug,
                                                          std::string_view doing) const {
  if (context_.catalogue.find(slug) != nullptr)
    co_return fail(Code::kConflict,
                   fmt::format("{}: {} ships with the catalogue, which nobody changes here; make a custom integration with "
                               "another slug, or set the members on the credential",
                               doing, slug));
  co_return co_await context_.records.load<model::CustomIntegration>(tenant, model::custom_integration_id(tenant, slug));
}

ports::Answer<IntegrationView> Integrations::change(model::TenantId tenant, std::string slug, std::int64_t revision, json::object members,
                                                    Alongside<IntegrationView> alongside) {
  auto custom = co_await own(tenant, slug, "change the integration");
  if (!custom) co_return fail(std::move(custom.error()));
  auto stored = model::parse_json(custom->document);
  if (!stored || !stored->is_object()) co_return fail(Code::kIntegrity, "the stored integration cannot be read");
  const json::value document = merged(std::move(stored->as_object()), std::move(members));
  auto integration = model::parse_integration(document);
  if (!integration) co_return fail(std::move(integration.error()));
  if (integration->slug != slug)
    co_return fail(model::invalid_input("change the integration", {{"/slug", "cannot change; make another integration"}}));

  ports::Unit unit;
  unit.preconditions.emplace_back(
      ports::Expect{model::Kind::kIntegration, model::custom_integration_id(tenant, slug), "revision", revision});
  custom->document = json::serialize(document);
  custom->updated_at = context_.clock.wall_now();
  unit.writes.emplace_back(context_.records.put(*custom));
  const IntegrationView changed{std::move(*integration), revision + 1};
  if (alongside) alongside(unit, changed);
  if (auto applied = co_await context_.store().apply(std::move(unit)); !applied)
    co_return fail(model::in_context(std::move(applied.error()), "change the integration"));
  co_return changed;
}

ports::Answer<void> Integrations::remove(model::TenantId tenant, std::string slug, std::int64_t revision,
                                         Alongside<std::string> alongside) {
  auto custom = co_await own(tenant, slug, "delete the integration");
  if (!custom) co_return fail(std::move(custom.error()));
  auto used = co_await context_.records.find<model::Credential>({.tenant = tenant.str(), .equal = {{"integration", slug}}, .limit = 1});
  if (!used) co_return fail(std::move(used.error()));
  if (!used->empty())
    co_return fail(Code::kConflict,
                   fmt::format("delete the integration: credentials use it, {} among them; delete them first", used->front().id.str()));
  const auto id = model::custom_integration_id(tenant, slug);
  // A credential that is made meanwhile writes the integration along, and this fails.
  ports::Unit unit{.preconditions = {ports::Expect{model::Kind::kIntegration, id, "revision", revision}},
                   .writes = {ports::Erase{model::Kind::kIntegration, id}},
                   .events = {},
                   .audit = {}};
  if (alongside) alongside(unit, slug);
  auto applied = co_await context_.store().apply(std::move(unit));
  if (!applied) co_return fail(model::in_context(std::move(applied.error()), "delete the integration"));
  co_return applied;
}

}  // namespace valetkey::oauth
