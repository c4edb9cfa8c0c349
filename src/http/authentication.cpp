#include "http/authentication.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <mutex>
#include <unordered_map>

#include "http/api_keys.hpp"
#include "http/bootstrap.hpp"
#include "model/digest.hpp"
#include "model/http_text.hpp"

namespace valetkey::http {

using model::equals_ignoring_case;
using model::trimmed;

namespace {

using model::Code;
using model::KeyRole;
using KnownCaller = std::shared_ptr<const Caller>;

constexpr model::Milliseconds kFreshFor{1'000};   // a revoked key is refused within 2 s, even where no event tells of it
constexpr model::Milliseconds kUsableFor{5'000};  // without a store to ask (DESIGN 5.9)
constexpr std::size_t kMostKnown = 10'000;
constexpr std::size_t kLongestKey = 256;

std::unexpected<model::Error> unauthenticated(std::string detail) { return model::fail(Code::kUnauthenticated, std::move(detail)); }

/// The key as it was sent.
model::Result<std::string_view> bearer_of(const Request& request) {
  constexpr std::string_view kHow = "send an API key as Authorization: Bearer vk_...";
  std::string_view value;
  for (const auto& [name, text] : request.headers) {
    if (name != "authorization") continue;
    if (!value.empty()) return unauthenticated("Authorization is repeated");
    value = text;
  }
  constexpr std::string_view kScheme = "bearer ";
  if (!equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return unauthenticated(std::string(kHow));
  const auto key = trimmed(value.substr(kScheme.size()));
  const bool is_key = key.starts_with(kTenantKeyPrefix) || key.starts_with(kInstallationKeyPrefix);
  if (!is_key || key.size() > kLongestKey) return unauthenticated(std::string(kHow));
  return key;
}

Caller caller_from(const model::ApiKey& key) {
  return {.key = key.id,
          .tenant = key.tenant,
          .role = key.role,
          .scopes = key.role == KeyRole::kBootstrap ? ScopeSet::all() : ScopeSet::of(key.scopes),
          .limits = key.limits,
          .expires_at = key.expires_at};
}

}  // namespace

struct Authentication::State {
  struct Known {
    KnownCaller caller;
    model::BootTime read_at;
  };

  /// Kept instead of the key: a memory dump must not show keys.
  [[nodiscard]] std::string digest_of(std::string_view key) const {
    auto bytes = model::length_prefixed({salt, key});
    auto digest = model::sha256(bytes);
    model::Secret::wipe(bytes);
    return digest;
  }

  std::optional<Known> known(const std::string& digest) {
    const std::lock_guard lock(mutex);
    const auto found = entries.find(digest);
    if (found == entries.end()) return std::nullopt;
    return found->second;
  }

  /// The caller of a key that was verified a moment ago; nullopt: the store must be asked.
  std::optional<model::Result<KnownCaller>> fresh(const std::optional<Known>& found, model::BootTime now) const {
    if (!found || now - found->read_at >= kFreshFor) return std::nullopt;
    return if_unexpired(found->caller);
  }

  void remember(const std::string& digest, KnownCaller caller, model::BootTime read_at) {
    const std::lock_guard lock(mutex);
    if (entries.size() >= kMostKnown) entries.clear();
    entries.insert_or_assign(digest, Known{std::move(caller), read_at});
  }

  void forget(const std::string& digest) {
    const std::lock_guard lock(mutex);
    entries.erase(digest);
  }

  void on_change(const ports::Change* change) {
    const bool is_one = change != nullptr && change->kind == model::Kind::kApiKey;
    const bool is_all = change == nullptr || change->kind == model::Kind::kInstallation || change->kind == model::Kind::kTenant;
    if (!is_one && !is_all) return;
    const std::lock_guard lock(mutex);
    std::erase_if(entries, [&](const auto& entry) { return is_all || entry.second.caller->key.str() == change->id; });
  }

  ports::Answer<KnownCaller> read(std::string_view key) const {
    ports::Query query{.kind = model::Kind::kApiKey, .equal = {{"lookup", key_lookup(keys, key)}}, .limit = 1};
    auto found = co_await records.find<model::ApiKey>(std::move(query));
    if (!found) co_return model::fail(std::move(found.error()));
    if (found->empty()) co_return unauthenticated("the API key is unknown or was revoked");
    const auto& record = found->front();
    if (!model::Secret::equals(record.hash, key_hash(keys, key, record)))
      co_return model::fail(Code::kIntegrity, fmt::format("key {} fails its integrity check", record.id.str()));
    if (record.role == KeyRole::kBootstrap)
      if (auto alive = co_await check_bootstrap(); !alive) co_return model::fail(std::move(alive.error()));
    co_return std::make_shared<const Caller>(caller_from(record));
  }

  ports::Answer<void> check_bootstrap() const {
    auto installation = co_await records.load_any<model::Installation>(std::string(kInstallationRow));
    if (!installation) co_return model::fail(std::move(installation.error()));
    if (installation->first_admin_at)
      co_return unauthenticated("the bootstrap key ended when the first key with keys:write was made: use that one");
    co_return model::Result<void>{};
  }

  [[nodiscard]] model::Result<KnownCaller> if_unexpired(KnownCaller caller) const {
    if (!caller->expires_at || clock.wall_now() < *caller->expires_at) return caller;
    if (caller->role == KeyRole::kBootstrap)
      return unauthenticated(
          "the bootstrap key expired 24 h after it was made: restart with another VALETKEY_BOOTSTRAP_KEY or without one");
    return unauthenticated(fmt::format("the API key expired at {}", model::to_rfc3339(*caller->expires_at)));
  }

  const vault::Records& records;
  const vault::KeyRing& keys;
  const ports::Clock& clock;
  const std::string salt;
  std::mutex mutex;
  std::unordered_map<std::string, Known> entries;  // by digest_of()
  std::shared_ptr<void> subscription;
};

Authentication::Authentication(const vault::Records& records, const vault::KeyRing& keys, ports::EventBus& bus, const ports::Clock& clock,
                               ports::Random& random)
    : state_(new State{.records = records, .keys = keys, .clock = clock, .salt = random.bytes(32)}) {
  state_->subscription = bus.subscribe([weak = std::weak_ptr(state_)](const ports::Change* change) {
    if (const auto state = weak.lock()) state->on_change(change);
  });
}

Authentication::~Authentication() { state_->subscription.reset(); }

KnownCaller Authentication::caller_now(const Request& request) {
  const auto key = bearer_of(request);
  if (!key) return nullptr;
  const auto caller = state_->fresh(state_->known(state_->digest_of(*key)), state_->clock.boot_now());
  return caller ? caller->value_or(nullptr) : nullptr;
}

ports::Answer<KnownCaller> Authentication::caller_of(const Request& request) {
  const auto key = bearer_of(request);
  if (!key) co_return model::fail(key.error());
  const auto state = state_;
  const auto digest = state->digest_of(*key);
  const auto now = state->clock.boot_now();
  const auto known = state->known(digest);
  if (auto fresh = state->fresh(known, now)) co_return std::move(*fresh);
  auto caller = co_await state->read(*key);
  if (caller) {
    state->remember(digest, *caller, now);
    co_return state->if_unexpired(std::move(*caller));
  }
  if (model::is_store_down(caller.error())) {
    if (known && now - known->read_at < kUsableFor) co_return state->if_unexpired(known->caller);
  } else {
    state->forget(digest);
  }
  co_return model::fail(std::move(caller.error()));
}

model::Result<void> check_needs(const Needs& needs, const Caller& caller) {
  if (caller.role == KeyRole::kInstallation) {
    if (needs.installation_key) return {};
    return model::fail(Code::kForbidden, "this needs the API key of a tenant; installation keys see no tenant's data");
  }
  if (!needs.key) return model::fail(Code::kForbidden, "this needs an installation key (vki_...)");
  const auto missing = needs.scopes.without(caller.scopes);
  if (missing.empty()) return {};
  return model::fail(Code::kForbidden, fmt::format("the API key lacks {}", fmt::join(missing.names(), ", ")));
}

}  // namespace valetkey::http
