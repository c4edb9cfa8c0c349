#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/secret.hpp"
#include "oauth/refresher.hpp"
#include "ports/event_bus.hpp"
#include "vault/record_cache.hpp"

namespace valetkey::oauth {

/// A token that may be used, and what the caller should know of it.
struct LiveToken {
  model::Secret access_token;
  std::string token_type;
  std::optional<model::WallTime> expires_at;
  std::vector<std::string> scopes;
  std::int64_t generation = 0;
  std::vector<std::string> warnings;  ///< min_ttl_not_met, refresh_failing
};

/// A token, and the records it is of.
struct Access {
  LiveToken token;
  std::shared_ptr<const model::Connection> connection;
  std::shared_ptr<const Client> client;  ///< without its secrets
};

/// Whether the caller may touch a connection of its tenant. Empty: all of them.
using Permission = std::function<bool(const model::Connection&)>;

/// The small noun at the centre: a token for a connection, fresh whatever happens. Readers, the proxy, validation and the background
/// refresher all come through here. Thread safe.
class Tokens {
 public:
  Tokens(Context& context, Refresher& refresher, ports::EventBus& bus, std::size_t cache_bytes);

  /// A token of the connection that lives as `need` asks, with the records it is of. Errors: kNotFound (also for another tenant's
  /// connection, and for one that is not permitted, before anything is caused), those of refusal_of(), kProviderUnavailable,
  /// kOutcomeUnknown, kCredentialConfiguration, kHold, kStoreUnavailable.
  ports::Answer<Access> token_for(model::TenantId tenant, model::ConnectionId connection, Need need, Permission permission = {});
  /// The beginning of token_for(): its answer where nothing but the cache is needed, without suspending; nullopt: ask that, errors
  /// included.
  std::optional<Access> token_now(const model::TenantId& tenant, const model::ConnectionId& connection, const Need& need,
                                  const Permission& permission);

 private:
  using SharedClient = std::shared_ptr<const Client>;
  struct CachedGrant {
    model::Grant grant;
    SharedClient client;  ///< one for all grants of an endpoint set; without secrets
  };
  using SharedConnection = std::shared_ptr<const model::Connection>;
  using SharedGrant = std::shared_ptr<const CachedGrant>;
  struct Snapshot {
    SharedConnection connection;
    SharedGrant grant;
  };

  ports::Answer<Snapshot> snapshot(const model::TenantId& tenant, const model::ConnectionId& connection, const Permission& permission);
  /// Also another tenant's, where it is cached: see may_see().
  ports::Answer<SharedConnection> connection_of(const model::TenantId& tenant, const model::ConnectionId& id);
  ports::Answer<SharedGrant> grant_of(const model::Connection& connection);
  ports::Answer<SharedClient> client_of(const model::Grant& grant);
  ports::Answer<Access> opened(const Snapshot& snapshot, const Serve& serve);
  std::optional<Access> opened_now(const Snapshot& snapshot, const Serve& serve);
  Plan plan_of(const Snapshot& snapshot, const Need& need) const;
  void refresh_later(const Snapshot& snapshot, Need need);
  void forget(const ports::Change* change);

  Context& context_;
  Refresher& refresher_;
  vault::RecordCache<model::Connection> connections_;
  vault::RecordCache<CachedGrant> grants_;
  vault::RecordCache<Client> clients_;
  std::shared_ptr<void> subscription_;
};

}  // namespace valetkey::oauth
