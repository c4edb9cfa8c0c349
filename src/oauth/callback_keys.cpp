#include "oauth/callback_keys.hpp"

#include "model/effective.hpp"
#include "model/json_reader.hpp"
#include "oauth/client.hpp"

namespace valetkey::oauth {
namespace {

constexpr std::size_t kKeyBytes = 16;

}  // namespace

model::CallbackKey new_callback_key(Context& context, const model::TenantId& tenant, std::string integration) {
  return {.id = context.random.token(kKeyBytes),
          .tenant = tenant,
          .integration = std::move(integration),
          .credential = {},
          .created_at = context.clock.wall_now()};
}

ports::Answer<model::CallbackKey> reserve_callback_key(Context& context, model::TenantId tenant, std::string integration,
                                                       Alongside<model::CallbackKey> alongside) {
  auto known = co_await integration_of(context, tenant, integration);
  if (!known && known.error().code == model::Code::kNotFound)
    co_return model::fail(model::invalid_input("reserve a callback key", {{"/integration", "is not the slug of an integration"}}));
  if (!known) co_return model::fail(std::move(known.error()));
  auto key = new_callback_key(context, tenant, std::move(integration));
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::ExpectAbsent{model::Kind::kCallbackKey, key.id});
  unit.preconditions.emplace_back(room_for_one(model::Kind::kCallbackKey, tenant, context.quotas.callback_keys));
  unit.writes.emplace_back(context.records.put(key));
  if (alongside) alongside(unit, key);
  if (auto applied = co_await context.store().apply(std::move(unit)); !applied)
    co_return model::fail(model::in_context(std::move(applied.error()), "reserve a callback key"));
  co_return key;
}

std::string redirect_uri_of(const Context& context, const model::CallbackKey& key) {
  return context.flow.public_url + model::callback_path(key.integration, key.id);
}

}  // namespace valetkey::oauth
