#include "vault/reseal.hpp"

#include <fmt/format.h>

#include "vault/reseal_record.hpp"

namespace valetkey::vault {
namespace {

using model::Code;

constexpr int kMostWalks = 4;
constexpr int kMostRaces = 100;
constexpr std::size_t kMostFailures = 100;

}  // namespace

/// What one run knows.
struct Reseal::Pass {
  model::TenantId tenant;
  KeyIds retired;
  KeyIds used;               ///< retired keys that something is still sealed by, as far as this walk saw
  std::int64_t written = 0;  ///< in this walk
  ResealReport report{};
};

Reseal::Reseal(const Records& records, KeyRing& keys, const ports::Clock& clock, ports::Rescue& rescue, model::Milliseconds grace)
    : records_(records),
      keys_(keys),
      clock_(clock),
      rescue_(rescue),
      grace_(grace) {}

ports::Answer<ResealReport> Reseal::run(model::TenantId tenant) {
  auto retired = co_await keys_.retired_data_keys(Purpose::kSecrets, tenant);
  if (!retired) co_return model::fail(std::move(retired.error()));
  Pass pass{.tenant = std::move(tenant)};
  for (const auto& key : *retired) pass.retired.insert(key.id);
  if (pass.retired.empty()) co_return std::move(pass.report);

  // A walk that writes nothing has seen every record without a retired key, also those that others wrote during the walk before.
  for (int walks = 0; walks < kMostWalks && (walks == 0 || pass.written > 0); ++walks) {
    pass.written = 0;
    pass.used.clear();
    pass.report.failures.clear();
    if (auto walked = co_await walk<model::EndpointSet>(pass); !walked) co_return model::fail(std::move(walked.error()));
    if (auto walked = co_await walk<model::Grant>(pass); !walked) co_return model::fail(std::move(walked.error()));
    if (auto walked = co_await walk<model::Endpoint>(pass); !walked) co_return model::fail(std::move(walked.error()));
    if (auto walked = co_await walk<model::Destination>(pass); !walked) co_return model::fail(std::move(walked.error()));
    if (auto walked = co_await walk<model::ConfigService>(pass); !walked) co_return model::fail(std::move(walked.error()));
  }
  if (pass.written > 0) pass.used = pass.retired;
  if (auto found = co_await find_other_uses(pass); !found) co_return model::fail(std::move(found.error()));
  if (auto done = co_await forget_unused(pass, std::move(*retired)); !done) co_return model::fail(std::move(done.error()));
  co_return std::move(pass.report);
}

template <class Record>
ports::Answer<void> Reseal::walk(Pass& pass) {
  ports::Query query{.kind = model::kKindOf<Record>, .tenant = pass.tenant.str()};
  for (;;) {
    auto page = co_await records_.find<Record>(query);
    if (!page) co_return model::fail(std::move(page.error()));
    for (auto& record : *page) {
      query.after = model::to_row(record).id;
      if (auto moved = co_await move(pass, std::move(record)); !moved)
        co_return model::fail(model::in_context(std::move(moved.error()), fmt::format("reseal {}", query.after)));
    }
    if (std::cmp_less(page->size(), query.limit)) co_return model::Result<void>{};
  }
}

template <class Record>
ports::Answer<void> Reseal::save(const Record& record) {
  ports::Unit unit;
  unit.preconditions.emplace_back(Records::unchanged(record));
  unit.writes.emplace_back(records_.put(record));
  return records_.store().apply(std::move(unit));
}

template <class Record>
ports::Answer<void> Reseal::move(Pass& pass, Record record) {
  const auto id = model::to_row(record).id;
  for (int race = 0; race < kMostRaces; ++race) {
    auto resealed = co_await reseal_record(records_, keys_, pass.retired, record);
    if (!resealed) co_return model::fail(std::move(resealed.error()));
    auto applied = resealed->is_changed ? co_await save(record) : model::Result<void>{};
    if (applied) {
      pass.written += resealed->is_changed ? 1 : 0;
      pass.report.records += resealed->is_changed ? 1 : 0;
      pass.used.merge(resealed->still_used);
      for (auto& failure : resealed->failures)
        if (pass.report.failures.size() < kMostFailures) pass.report.failures.push_back(std::move(failure));
      co_return model::Result<void>{};
    }
    if (applied.error().code != Code::kPreconditionFailed) co_return applied;
    auto again = co_await records_.load<Record>(pass.tenant, id);
    if (!again && again.error().code == Code::kNotFound) co_return model::Result<void>{};
    if (!again) co_return model::fail(std::move(again.error()));
    record = std::move(*again);
  }
  co_return model::fail(Code::kStoreBusy, "others kept changing it");
}

/// Authorisation requests under way, and tokens that wait outside the store; neither is sealed anew, both are gone soon.
ports::Answer<void> Reseal::find_other_uses(Pass& pass) {
  ports::Query query{.kind = model::Kind::kFlow, .tenant = pass.tenant.str()};
  for (bool is_last = false; !is_last;) {
    auto page = co_await records_.find<model::Flow>(query);
    if (!page) co_return model::fail(std::move(page.error()));
    for (const auto& flow : *page) {
      add_keys_of(flow, pass.retired, pass.used);
      query.after = flow.id;
    }
    is_last = std::cmp_less(page->size(), query.limit);
  }
  auto rescued = co_await rescue_.all();
  if (!rescued) co_return model::fail(std::move(rescued.error()));
  for (const auto& [name, sealed] : *rescued)
    if (auto id = KeyRing::data_key_of(model::Sealed{sealed}); pass.retired.contains(id)) pass.used.insert(std::move(id));
  co_return model::Result<void>{};
}

ports::Answer<void> Reseal::forget_unused(Pass& pass, std::vector<RetiredDataKey> retired) {
  for (auto& key : retired) {
    if (pass.used.contains(key.id) || clock_.wall_now() < key.retired_at + grace_) {
      pass.report.kept.push_back(std::move(key.id));
      continue;
    }
    if (auto forgotten = co_await keys_.forget_data_key(key.id); !forgotten) co_return forgotten;
    pass.report.forgotten.push_back(std::move(key.id));
  }
  co_return model::Result<void>{};
}

}  // namespace valetkey::vault
