#include "vault/data_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/aead.hpp"
#include "model/id.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;

/// Races are lost to somebody who got on, so many in a row mean that something else is wrong.
constexpr int kAttempts = 100;

std::unexpected<model::Error> too_many_races(std::string_view what) {
  return model::fail(Code::kStoreBusy, fmt::format("{}: others kept changing the same data key", what));
}

}  // namespace

DataKeys::DataKeys(ports::Store& store, ports::KeyWrapper& wrapper, const ports::Clock& clock, ports::Random& random, Options options)
    : store_(store),
      clock_(clock),
      random_(random),
      options_(options),
      wraps_(wrapper, options.recovery),
      cache_(options.most_keys) {}

ports::Answer<DataKeyPtr> DataKeys::load(std::string id) {
  if (auto known = cache_.find(id)) co_return known;
  auto row = co_await store_.get(Kind::kDataKey, id);
  if (!row) co_return model::fail(std::move(row.error()));
  if (!*row) co_return model::fail(Code::kKeyUnavailable, fmt::format("data key {} is not in the store", id));
  auto record = data_key_from_row(**row);
  if (!record) co_return model::fail(std::move(record.error()));
  auto key = co_await wraps_.unwrap(*record);
  if (!key) co_return model::fail(std::move(key.error()));
  if (key->size() != model::kAeadKeyBytes) co_return model::fail(Code::kIntegrity, fmt::format("data key {} has the wrong size", id));
  co_return cache_.keep(std::make_shared<DataKey>(record->id, record->tenant, record->purpose, std::move(*key)));
}

ports::Answer<DataKeyPtr> DataKeys::current(std::string purpose, std::string tenant) {
  const auto known = cache_.current(purpose, tenant);
  if (known && clock_.boot_now() - known->read_at < options_.current_for) co_return known->key;
  auto read = co_await read_current(purpose, tenant);
  const bool is_away = !read && model::is_store_down(read.error());
  if (is_away && known) co_return known->key;
  co_return read;
}

ports::Answer<std::optional<CurrentKeyRecord>> DataKeys::pointer(std::string purpose, std::string tenant) {
  auto row = co_await store_.get(Kind::kDataKey, current_key_id(purpose, tenant));
  if (!row) co_return model::fail(std::move(row.error()));
  if (!*row) co_return std::nullopt;
  auto record = current_key_from_row(**row);
  if (!record) co_return model::fail(std::move(record.error()));
  co_return std::move(*record);
}

ports::Answer<DataKeyPtr> DataKeys::read_current(std::string purpose, std::string tenant) {
  const auto read_at = clock_.boot_now();
  auto named = co_await pointer(purpose, tenant);
  if (!named) co_return model::fail(std::move(named.error()));
  if (!*named) co_return co_await replace(std::move(purpose), std::move(tenant), "");
  auto key = co_await load((*named)->data_key);
  if (!key) co_return model::fail(std::move(key.error()));
  // The row says whose key it is; the pointer, which nothing authenticates, must agree.
  if ((*key)->purpose != purpose || (*key)->tenant != tenant)
    co_return model::fail(Code::kIntegrity, fmt::format("data key {} belongs to another tenant or purpose", (*key)->id));
  cache_.set_current(*key, read_at);
  co_return key;
}

ports::Answer<DataKeyPtr> DataKeys::take(std::string purpose, std::string tenant) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto key = co_await current(purpose, tenant);
    if (!key) co_return model::fail(std::move(key.error()));
    if ((*key)->take()) co_return key;
    auto is_taken = co_await replenish(*key);
    if (!is_taken) co_return model::fail(std::move(is_taken.error()));
    if (*is_taken) co_return key;
  }
  co_return too_many_races("reserve seals");
}

ports::Answer<void> DataKeys::prepare(std::string purpose, std::string tenant) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto key = co_await current(purpose, tenant);
    if (!key) co_return model::fail(std::move(key.error()));
    if ((*key)->left() >= std::max<std::int64_t>(1, options_.seals_per_block / 4)) co_return model::Result<void>{};
    auto is_taken = co_await replenish(*key);
    if (!is_taken) co_return model::fail(std::move(is_taken.error()));
    if (*is_taken) {
      (*key)->add(1);
      co_return model::Result<void>{};
    }
  }
  co_return too_many_races("reserve seals");
}

ports::Answer<bool> DataKeys::replenish(DataKeyPtr key) {
  auto reserved = co_await reserve(key, options_.new_key_at);
  if (!reserved) co_return model::fail(std::move(reserved.error()));
  if (*reserved == Reserved::kRetired) {
    auto newer = co_await read_current(key->purpose, key->tenant);
    if (!newer) co_return model::fail(std::move(newer.error()));
  }
  if (*reserved != Reserved::kSpent) co_return *reserved == Reserved::kGranted;

  auto newer = co_await replace(key->purpose, key->tenant, key->id);
  if (newer) co_return false;
  // No new key for now, say because the key service is away: the old one may go on to the hard limit.
  auto further = co_await reserve(key, options_.refuse_at);
  if (!further) co_return model::fail(std::move(further.error()));
  if (*further == Reserved::kSpent)
    co_return model::fail(
        model::in_context(std::move(newer.error()), fmt::format("data key {} made its last seal, and a new one cannot be made", key->id)));
  co_return *further == Reserved::kGranted;
}

ports::Answer<DataKeys::Reserved> DataKeys::reserve(DataKeyPtr key, std::int64_t limit) {
  auto row = co_await store_.get(Kind::kDataKey, key->id);
  if (!row) co_return model::fail(std::move(row.error()));
  if (!*row) {
    cache_.forget(key->id);
    co_return Reserved::kRetired;
  }
  auto record = data_key_from_row(**row);
  if (!record) co_return model::fail(std::move(record.error()));
  if (record->state == KeyState::kRetired) co_return Reserved::kRetired;
  const auto block = std::min(options_.seals_per_block, limit - record->seals_reserved);
  if (block <= 0) co_return Reserved::kSpent;
  // Another coroutine may have won the same race a moment ago.
  if (key->take()) co_return Reserved::kGranted;

  record->seals_reserved += block;
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::Expect{Kind::kDataKey, key->id, "revision", record->revision});
  unit.writes.emplace_back(ports::Put{to_row(*record)});
  auto applied = co_await store_.apply(std::move(unit));
  if (!applied && applied.error().code == Code::kPreconditionFailed) co_return Reserved::kRaced;
  if (!applied) co_return model::fail(model::in_context(std::move(applied.error()), "reserve seals"));
  key->add(block - 1);
  co_return Reserved::kGranted;
}

ports::Answer<DataKeys::Fresh> DataKeys::make(std::string id, std::string purpose, std::string tenant) {
  Fresh fresh{.record = {.id = std::move(id), .tenant = std::move(tenant), .purpose = std::move(purpose)},
              .key = model::Secret(random_.bytes(model::kAeadKeyBytes))};
  auto wraps = co_await wraps_.wrap(fresh.key, wrap_context(fresh.record));
  if (!wraps) co_return model::fail(std::move(wraps.error()));
  fresh.record.wraps = std::move(*wraps);
  co_return fresh;
}

ports::Answer<ports::Unit> DataKeys::replacement(std::optional<CurrentKeyRecord> before, DataKeyRecord fresh) {
  const auto pointer_id = current_key_id(fresh.purpose, fresh.tenant);
  ports::Unit unit;
  if (!before) {
    unit.preconditions.emplace_back(ports::ExpectAbsent{Kind::kDataKey, pointer_id});
  } else {
    unit.preconditions.emplace_back(ports::Expect{Kind::kDataKey, pointer_id, "revision", before->revision});
    auto row = co_await store_.get(Kind::kDataKey, before->data_key);
    if (!row) co_return model::fail(std::move(row.error()));
    if (*row) {
      auto old = data_key_from_row(**row);
      if (!old) co_return model::fail(std::move(old.error()));
      old->state = KeyState::kRetired;
      old->retired_at = clock_.wall_now();
      unit.preconditions.emplace_back(ports::Expect{Kind::kDataKey, old->id, "revision", old->revision});
      unit.writes.emplace_back(ports::Put{to_row(*old)});
    }
  }
  unit.writes.emplace_back(ports::Put{to_row(fresh)});
  unit.writes.emplace_back(ports::Put{to_row(CurrentKeyRecord{.tenant = fresh.tenant, .purpose = fresh.purpose, .data_key = fresh.id})});
  co_return unit;
}

ports::Answer<DataKeyPtr> DataKeys::replace(std::string purpose, std::string tenant, std::string spent) {
  const auto first_block = std::min(options_.seals_per_block, options_.new_key_at);
  std::optional<Fresh> fresh;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto read_at = clock_.boot_now();
    auto before = co_await pointer(purpose, tenant);
    if (!before) co_return model::fail(std::move(before.error()));
    if (*before && (*before)->data_key != spent) co_return co_await read_current(std::move(purpose), std::move(tenant));
    if (!fresh) {
      auto made = co_await make(ports::new_id<model::DataKeyId>(clock_, random_).str(), purpose, tenant);
      if (!made) co_return model::fail(model::in_context(std::move(made.error()), "make a data key"));
      fresh = std::move(*made);
      fresh->record.seals_reserved = first_block;
    }
    auto unit = co_await replacement(*before, fresh->record);
    if (!unit) co_return model::fail(std::move(unit.error()));
    auto applied = co_await store_.apply(std::move(*unit));
    if (!applied && applied.error().code == Code::kPreconditionFailed) continue;
    if (!applied) co_return model::fail(model::in_context(std::move(applied.error()), "make a data key"));
    auto key = cache_.keep(std::make_shared<DataKey>(fresh->record.id, tenant, purpose, std::move(fresh->key)));
    key->add(first_block);
    cache_.set_current(key, read_at);
    co_return key;
  }
  co_return too_many_races("make a data key");
}

}  // namespace valetkey::vault
