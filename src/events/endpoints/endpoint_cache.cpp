#include "events/endpoints/endpoint_cache.hpp"

#include "model/records.hpp"

namespace valetkey::events {
namespace {

using model::Code;
using model::fail;

constexpr std::size_t kLongestKey = 64;
constexpr std::size_t kRecordBytes = 1024;  // more or less, with what its place in the cache takes

std::unexpected<model::Error> unknown() { return fail(Code::kNotFound, "no such endpoint"); }

std::size_t bytes_of(const model::EndpointKey&) { return 512; }
std::size_t bytes_of(const model::Endpoint& endpoint) {
  std::size_t bytes = kRecordBytes;
  for (const auto& secret : endpoint.secrets) bytes += 128 + secret.value.sealed.bytes.size();
  for (const auto& [name, value] : endpoint.parameters) bytes += 128 + name.size() + value.size();
  return bytes;
}
std::size_t bytes_of(const model::EndpointSet& set) {
  std::size_t bytes = 3 * kRecordBytes;
  for (const auto& secret : set.secrets) bytes += 128 + secret.sealed.bytes.size();
  return bytes;
}

}  // namespace

std::string Site::service(std::string_view kind) const {
  const auto found = set->config_services.find(std::string(kind));
  return found == set->config_services.end() ? std::string() : found->second;
}

EndpointCache::EndpointCache(Context& context, std::size_t most_bytes)
    : context_(context),
      keys_(most_bytes / 8),
      endpoints_(most_bytes / 2),
      sets_(most_bytes / 8 * 3) {
  subscription_ = context_.bus.subscribe([this](const ports::Change* change) { forget(change); });
}

ports::Answer<Site> EndpointCache::find(std::string integration, std::string key) {
  if (key.empty() || key.size() > kLongestKey) co_return unknown();
  auto record = co_await key_of(key);
  if (!record) co_return fail(std::move(record.error()));
  if (*record == nullptr) co_return unknown();
  auto site = co_await of_endpoint((*record)->tenant, (*record)->endpoint);
  if (!site) co_return site;
  const bool is_over = (*record)->expires_at && *(*record)->expires_at <= context_.clock.wall_now();
  if (is_over || !site->endpoint->is_enabled || site->endpoint->integration != integration) co_return unknown();
  co_return site;
}

ports::Answer<Site> EndpointCache::of_endpoint(model::TenantId tenant, model::EndpointId id) {
  auto endpoint = co_await endpoint_of(tenant, id);
  if (!endpoint) co_return fail(std::move(endpoint.error()));
  if (*endpoint == nullptr) co_return unknown();
  auto set = co_await set_of(tenant, (*endpoint)->credential);
  if (!set) co_return fail(std::move(set.error()));
  if (*set == nullptr) co_return unknown();
  co_return Site{.endpoint = std::move(*endpoint), .set = std::move(*set)};
}

ports::Answer<EndpointCache::SharedKey> EndpointCache::key_of(const std::string& key) {
  if (auto known = keys_.get(key)) co_return known;
  const auto ticket = keys_.ticket(key);
  auto record = co_await context_.records.load_any<model::EndpointKey>(key);
  if (!record && record.error().code == Code::kNotFound) co_return nullptr;
  if (!record) co_return fail(std::move(record.error()));
  auto shared = std::make_shared<const model::EndpointKey>(std::move(*record));
  keys_.put(key, ticket, shared, bytes_of(*shared));
  co_return shared;
}

ports::Answer<EndpointCache::SharedEndpoint> EndpointCache::endpoint_of(const model::TenantId& tenant, const model::EndpointId& id) {
  auto known = endpoints_.get(id.str());
  if (known && known->tenant == tenant) co_return known;
  const auto ticket = endpoints_.ticket(id.str());
  auto record = co_await context_.records.load<model::Endpoint>(tenant, id.str());
  if (!record && record.error().code == Code::kNotFound) co_return nullptr;
  if (!record) co_return fail(std::move(record.error()));
  auto shared = std::make_shared<const model::Endpoint>(std::move(*record));
  endpoints_.put(id.str(), ticket, shared, bytes_of(*shared));
  co_return shared;
}

ports::Answer<EndpointCache::SharedSet> EndpointCache::set_of(const model::TenantId& tenant, const model::CredentialId& id) {
  auto known = sets_.get(id.str());
  if (known && known->tenant == tenant) co_return known;
  const auto ticket = sets_.ticket(id.str());
  auto credential = co_await context_.records.load<model::Credential>(tenant, id.str());
  if (!credential && credential.error().code == Code::kNotFound) co_return nullptr;
  if (!credential) co_return fail(std::move(credential.error()));
  auto set = co_await context_.records.load<model::EndpointSet>(tenant, model::endpoint_set_id(id, credential->endpoint_set));
  if (!set && set.error().code == Code::kNotFound) co_return nullptr;
  if (!set) co_return fail(std::move(set.error()));
  auto shared = std::make_shared<const model::EndpointSet>(std::move(*set));
  sets_.put(id.str(), ticket, shared, bytes_of(*shared));
  co_return shared;
}

void EndpointCache::forget(const ports::Change* change) {
  if (change == nullptr || change->kind == model::Kind::kTenant) {
    keys_.forget_all();
    endpoints_.forget_all();
    sets_.forget_all();
    return;
  }
  if (change->kind == model::Kind::kEndpointKey) keys_.forget(change->id);
  if (change->kind == model::Kind::kEndpoint) endpoints_.forget(change->id);
  if (change->kind == model::Kind::kCredential) sets_.forget(change->id);
  if (change->kind == model::Kind::kEndpointSet) sets_.forget(change->id.substr(0, change->id.find('/')));
}

}  // namespace valetkey::events
