#include <fmt/format.h>

#include "vault/key_ring_state.hpp"

namespace valetkey::vault {
namespace {

using model::Code;
using model::Kind;

constexpr int kAttempts = 100;  ///< lost races in a row

ports::Unit changed(const DataKeyRecord& before, ports::Write write) {
  ports::Unit unit;
  unit.preconditions.emplace_back(ports::Expect{Kind::kDataKey, before.id, "revision", before.revision});
  unit.writes.push_back(std::move(write));
  return unit;
}

}  // namespace

ports::Answer<std::string> KeyRing::rotate_data_key(Purpose purpose, model::TenantId tenant) {
  if (auto is_open = state_->is_open(); !is_open) co_return model::fail(std::move(is_open.error()));
  const std::string family(to_string(purpose));
  auto before = co_await state_->keys.current(family, tenant.str());
  if (!before) co_return model::fail(std::move(before.error()));
  auto after = co_await state_->keys.replace(family, tenant.str(), (*before)->id);
  if (!after) co_return model::fail(std::move(after.error()));
  co_return (*after)->id;
}

ports::Answer<std::vector<RetiredDataKey>> KeyRing::retired_data_keys(Purpose purpose, model::TenantId tenant) {
  ports::Query query{.kind = Kind::kDataKey,
                     .tenant = tenant.str(),
                     .equal = {{"purpose", std::string(to_string(purpose))}, {"state", std::string(to_string(KeyState::kRetired))}}};
  std::vector<RetiredDataKey> retired;
  for (;;) {
    auto rows = co_await state_->store.find(query);
    if (!rows) co_return model::fail(std::move(rows.error()));
    for (const auto& row : *rows) {
      auto record = data_key_from_row(row);
      if (!record) co_return model::fail(std::move(record.error()));
      retired.push_back({record->id, record->retired_at.value_or(model::WallTime{})});
      query.after = row.id;
    }
    if (std::cmp_less(rows->size(), query.limit)) co_return retired;
  }
}

ports::Answer<void> KeyRing::forget_data_key(std::string id) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto row = co_await state_->store.get(Kind::kDataKey, id);
    if (!row) co_return model::fail(std::move(row.error()));
    if (!*row) break;
    if (is_current_key_row(**row)) co_return model::fail(Code::kConflict, fmt::format("forget data key {}: it is no key", id));
    auto record = data_key_from_row(**row);
    if (!record) co_return model::fail(std::move(record.error()));
    if (record->state != KeyState::kRetired)
      co_return model::fail(Code::kConflict, fmt::format("forget data key {}: it is in use; make a new one first", id));
    auto applied = co_await state_->store.apply(changed(*record, ports::Erase{Kind::kDataKey, id}));
    if (!applied && applied.error().code == Code::kPreconditionFailed) continue;
    if (!applied) co_return model::fail(std::move(applied.error()));
    break;
  }
  state_->keys.cache().forget(id);
  co_return model::Result<void>{};
}

ports::Answer<std::int64_t> KeyRing::rewrap_all() {
  std::int64_t changed_count = 0;
  ports::Query query{.kind = Kind::kDataKey};
  for (;;) {
    auto rows = co_await state_->store.find(query);
    if (!rows) co_return model::fail(std::move(rows.error()));
    for (const auto& row : *rows) {
      query.after = row.id;
      if (is_current_key_row(row)) continue;
      auto is_changed = co_await rewrap(row.id);
      if (!is_changed)
        co_return model::fail(model::in_context(std::move(is_changed.error()), fmt::format("rewrap, after {} keys", changed_count)));
      changed_count += *is_changed ? 1 : 0;
    }
    if (std::cmp_less(rows->size(), query.limit)) co_return changed_count;
  }
}

ports::Answer<bool> KeyRing::rewrap(std::string id) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto row = co_await state_->store.get(Kind::kDataKey, id);
    if (!row) co_return model::fail(std::move(row.error()));
    if (!*row) co_return false;
    auto record = data_key_from_row(**row);
    if (!record) co_return model::fail(std::move(record.error()));
    const auto& wraps = state_->keys.wraps();
    if (wraps.is_up_to_date(*record)) co_return false;
    auto key = co_await wraps.unwrap(*record);
    if (!key) co_return model::fail(std::move(key.error()));
    auto fresh = co_await wraps.wrap(std::move(*key), wrap_context(*record));
    if (!fresh) co_return model::fail(std::move(fresh.error()));
    record->wraps = std::move(*fresh);
    auto applied = co_await state_->store.apply(changed(*record, ports::Put{to_row(*record)}));
    if (applied) co_return true;
    if (applied.error().code != Code::kPreconditionFailed) co_return model::fail(std::move(applied.error()));
  }
  co_return model::fail(Code::kStoreBusy, fmt::format("rewrap data key {}: others kept changing it", id));
}

}  // namespace valetkey::vault
