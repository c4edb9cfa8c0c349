#include "vault/reseal_record.hpp"

#include <fmt/format.h>

#include "vault/places.hpp"

namespace valetkey::vault {
namespace {

using model::Code;

struct Field {
  model::Sealed* sealed;
  Place place;
};

std::vector<model::Sealed*> sealed_of(model::Grant& grant) {
  std::vector<model::Sealed*> sealed{&grant.refresh_token, &grant.password, &grant.extra};
  for (auto& token : grant.access_tokens) sealed.push_back(&token.sealed);
  return sealed;
}

std::vector<Field> fields_of(model::Grant& grant, std::string_view set_hash) {
  std::vector<Field> fields{{&grant.refresh_token, refresh_token_place(grant, set_hash)},
                            {&grant.password, password_place(grant, set_hash)},
                            {&grant.extra, extra_place(grant, set_hash)}};
  for (auto& token : grant.access_tokens) fields.push_back({&token.sealed, access_token_place(grant, token, set_hash)});
  return fields;
}

std::vector<Field> fields_of(model::EndpointSet& set) {
  std::vector<Field> fields;
  fields.reserve(set.secrets.size());
  for (auto& secret : set.secrets) fields.push_back({&secret.sealed, client_secret_place(set, secret.set_at)});
  return fields;
}

std::vector<Field> fields_of(model::Endpoint& endpoint) {
  std::vector<Field> fields;
  fields.reserve(endpoint.secrets.size());
  for (auto& [name, secret] : endpoint.secrets) fields.push_back({&secret.sealed, endpoint_secret_place(endpoint, name, secret.set_at)});
  return fields;
}

std::vector<Field> fields_of(model::Destination& destination) {
  std::vector<Field> fields;
  fields.reserve(destination.secrets.size());
  for (auto& secret : destination.secrets) fields.push_back({&secret.sealed, destination_secret_place(destination, secret.set_at)});
  return fields;
}

bool is_under(const KeyIds& retired, const model::Sealed& sealed) {
  return !sealed.empty() && retired.contains(KeyRing::data_key_of(sealed));
}

/// What is wrong with this field, rather than with the world.
bool is_of_the_field(const model::Error& error) {
  return error.code == Code::kIntegrity || error.code == Code::kKeyUnavailable || error.code == Code::kNotFound;
}

ports::Answer<Resealed> move_all(KeyRing& keys, const KeyIds& retired, std::vector<Field> fields) {
  Resealed result;
  for (auto& field : fields) {
    if (!is_under(retired, *field.sealed)) continue;
    auto plain = co_await keys.open(field.place, *field.sealed);
    if (!plain && !is_of_the_field(plain.error())) co_return model::fail(std::move(plain.error()));
    if (!plain) {
      result.still_used.insert(KeyRing::data_key_of(*field.sealed));
      result.failures.push_back(std::move(plain.error()));
      continue;
    }
    auto sealed = co_await keys.seal(field.place, std::move(*plain));
    if (!sealed) co_return model::fail(std::move(sealed.error()));
    *field.sealed = std::move(*sealed);
    result.is_changed = true;
  }
  co_return result;
}

}  // namespace

ports::Answer<Resealed> reseal_record(const Records& records, KeyRing& keys, const KeyIds& retired, model::Grant& grant) {
  Resealed untouched;
  for (const auto* sealed : sealed_of(grant))
    if (is_under(retired, *sealed)) untouched.still_used.insert(KeyRing::data_key_of(*sealed));
  if (untouched.still_used.empty()) co_return untouched;

  // The hash of the endpoint set costs a read: only for grants that need it.
  auto set = co_await records.load<model::EndpointSet>(grant.tenant, model::endpoint_set_id(grant.credential, grant.endpoint_set));
  if (!set && !is_of_the_field(set.error())) co_return model::fail(std::move(set.error()));
  if (!set) {
    untouched.failures.push_back(model::in_context(std::move(set.error()), fmt::format("reseal grant {}", grant.id.str())));
    co_return untouched;
  }
  auto moved = co_await move_all(keys, retired, fields_of(grant, set->hash()));
  if (!moved || !moved->is_changed) co_return moved;
  auto current = co_await keys.current_data_key(Purpose::kSecrets, grant.tenant);
  if (!current) co_return model::fail(std::move(current.error()));
  grant.data_key = std::move(*current);
  co_return moved;
}

ports::Answer<Resealed> reseal_record(const Records&, KeyRing& keys, const KeyIds& retired, model::EndpointSet& set) {
  return move_all(keys, retired, fields_of(set));
}

ports::Answer<Resealed> reseal_record(const Records&, KeyRing& keys, const KeyIds& retired, model::Endpoint& endpoint) {
  return move_all(keys, retired, fields_of(endpoint));
}

ports::Answer<Resealed> reseal_record(const Records&, KeyRing& keys, const KeyIds& retired, model::Destination& destination) {
  return move_all(keys, retired, fields_of(destination));
}

ports::Answer<Resealed> reseal_record(const Records&, KeyRing& keys, const KeyIds& retired, model::ConfigService& service) {
  return move_all(keys, retired, {{&service.signing_secret, service_secret_place(service)}});
}

void add_keys_of(const model::Flow& flow, const KeyIds& retired, KeyIds& used) {
  if (is_under(retired, flow.code_verifier)) used.insert(KeyRing::data_key_of(flow.code_verifier));
}

}  // namespace valetkey::vault
