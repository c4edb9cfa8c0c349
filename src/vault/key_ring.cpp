#include "vault/key_ring.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "vault/key_ring_state.hpp"
#include "vault/sealed_bytes.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;

constexpr std::string_view kIntegrityKey = "integrity";  ///< id and purpose of its row

std::unexpected<model::Error> not_sealed_here(const Place& place) {
  return model::fail(Code::kIntegrity,
                     fmt::format("open {} of {}: the stored bytes were changed, or sealed for another place", place.label, place.record));
}

}  // namespace

ports::Answer<bool> is_empty_store(ports::Store& store) {
  for (std::size_t kind = 0; kind < model::kKindCount; ++kind) {
    auto rows = co_await store.find({.kind = static_cast<Kind>(kind), .limit = 1});
    if (!rows) co_return model::fail(std::move(rows.error()));
    if (!rows->empty()) co_return false;
  }
  co_return true;
}

KeyRing::KeyRing(ports::Store& store, ports::KeyWrapper& wrapper, const ports::Clock& clock, ports::Random& random, Options options)
    : state_(new State{.store = store, .random = random, .keys = {store, wrapper, clock, random, options}, .integrity = {}}) {}
KeyRing::~KeyRing() = default;

ports::Answer<void> KeyRing::start() {
  auto row = co_await state_->store.get(Kind::kDataKey, std::string(kIntegrityKey));
  if (row && !*row) {
    auto is_empty = co_await is_empty_store(state_->store);
    if (!is_empty) co_return model::fail(std::move(is_empty.error()));
    if (!*is_empty)
      co_return model::fail(Code::kIntegrity, "open the store: it holds records but no integrity key; restore a backup that is whole");
    auto made = co_await state_->keys.make(std::string(kIntegrityKey), std::string(kIntegrityKey), "");
    if (!made) co_return model::fail(model::in_context(std::move(made.error()), "make the integrity key"));
    ports::Unit unit;
    unit.preconditions.emplace_back(ports::ExpectAbsent{Kind::kDataKey, std::string(kIntegrityKey)});
    unit.writes.emplace_back(ports::Put{to_row(made->record)});
    auto applied = co_await state_->store.apply(std::move(unit));
    // Another node that starts on the same empty store was first: its key counts.
    if (!applied && applied.error().code != Code::kPreconditionFailed) co_return model::fail(std::move(applied.error()));
    row = co_await state_->store.get(Kind::kDataKey, std::string(kIntegrityKey));
  }
  if (!row) co_return model::fail(std::move(row.error()));
  if (!*row) co_return model::fail(Code::kIntegrity, "open the store: the integrity key that was just made is gone");
  auto record = data_key_from_row(**row);
  if (!record) co_return model::fail(std::move(record.error()));
  auto key = co_await state_->keys.wraps().unwrap(std::move(*record));
  if (!key) co_return model::fail(model::in_context(std::move(key.error()), "open the store"));
  state_->integrity.emplace(std::move(*key));
  co_return model::Result<void>{};
}

ports::Answer<void> KeyRing::prepare(Purpose purpose, model::TenantId tenant) {
  if (auto is_open = state_->is_open(); !is_open) co_return is_open;
  co_return co_await state_->keys.prepare(std::string(to_string(purpose)), tenant.str());
}

ports::Answer<model::Sealed> KeyRing::seal(Place place, model::Secret plain) {
  if (auto is_open = state_->is_open(); !is_open) co_return model::fail(std::move(is_open.error()));
  auto key = co_await state_->keys.take(std::string(to_string(place.purpose)), place.tenant.str());
  if (!key) co_return model::fail(model::in_context(std::move(key.error()), fmt::format("seal {} of {}", place.label, place.record)));
  co_return seal_with(**key, place, plain.reveal(), state_->random);
}

ports::Answer<model::Secret> KeyRing::open(Place place, model::Sealed sealed) {
  if (auto opened = try_open(place, sealed)) co_return std::move(*opened);
  auto key = co_await state_->keys.load(data_key_of(sealed));
  if (!key) co_return model::fail(model::in_context(std::move(key.error()), fmt::format("open {} of {}", place.label, place.record)));
  const auto parts = parts_of(sealed);
  auto opened = parts ? open_with(**key, place, *parts) : std::nullopt;
  if (!opened) co_return not_sealed_here(place);
  co_return std::move(*opened);
}

std::optional<model::Result<model::Secret>> KeyRing::try_open(const Place& place, const model::Sealed& sealed) {
  const auto parts = parts_of(sealed);
  if (!parts) return not_sealed_here(place);
  const auto key = state_->keys.cache().find(parts->data_key);
  if (!key) return std::nullopt;
  auto opened = open_with(*key, place, *parts);
  if (!opened) return not_sealed_here(place);
  return std::move(*opened);
}

std::string KeyRing::mac(std::string_view label, std::string_view bytes) const {
  if (!state_->integrity) throw std::logic_error("key ring: mac before start");
  return state_->integrity->mac(label, bytes);
}

std::string KeyRing::data_key_of(const model::Sealed& sealed) {
  const auto parts = parts_of(sealed);
  return parts ? std::string(parts->data_key) : std::string();
}

ports::Answer<std::string> KeyRing::current_data_key(Purpose purpose, model::TenantId tenant) {
  if (auto is_open = state_->is_open(); !is_open) co_return model::fail(std::move(is_open.error()));
  auto key = co_await state_->keys.current(std::string(to_string(purpose)), tenant.str());
  if (!key) co_return model::fail(std::move(key.error()));
  co_return (*key)->id;
}

void KeyRing::forget_tenant(const model::TenantId& tenant) { state_->keys.cache().forget_tenant(tenant.str()); }

}  // namespace valetkey::vault
