#include "commands/rotate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "adapters/system/file_rescue.hpp"
#include "block_on.hpp"
#include "commands/command_line.hpp"
#include "commands/opened.hpp"
#include "commands/report.hpp"
#include "vault/reseal.hpp"

namespace valetkey::commands {
namespace {

using model::Result;
using ports::Answer;

Answer<void> note(Opened& opened, model::TenantId tenant, std::string action, std::string target) {
  ports::Unit unit;
  unit.audit.push_back({.tenant = std::move(tenant),
                        .at = opened.clock.wall_now(),
                        .actor = "system",
                        .action = std::move(action),
                        .target = std::move(target),
                        .detail = "{}"});
  co_return co_await opened.open.store->apply(std::move(unit));
}

Answer<std::int64_t> rewrap(Opened& opened) {
  auto changed = co_await opened.open.keys->rewrap_all();
  if (!changed || *changed == 0) co_return changed;
  auto noted = co_await note(opened, {}, "root_key.rotated", opened.open.root_keys->current());
  if (!noted) co_return model::fail(std::move(noted.error()));
  co_return changed;
}

Answer<std::vector<model::TenantId>> tenants_of(const Opened& opened, const std::string& wanted) {
  std::vector<model::TenantId> tenants;
  ports::Query query{.kind = model::Kind::kTenant};
  for (;;) {
    auto page = co_await opened.open.records->find<model::Tenant>(query);
    if (!page) co_return model::fail(std::move(page.error()));
    for (const auto& tenant : *page) {
      query.after = tenant.id.str();
      if (wanted.empty() || wanted == tenant.id.str()) tenants.push_back(tenant.id);
    }
    if (std::cmp_less(page->size(), query.limit)) break;
  }
  if (tenants.empty() && !wanted.empty())
    co_return model::fail(model::Code::kInvalidInput, fmt::format("rotate data keys: there is no tenant {}", wanted));
  co_return tenants;
}

Answer<void> make_new_key(Opened& opened, const model::TenantId& tenant) {
  auto made = co_await opened.open.keys->rotate_data_key(vault::Purpose::kSecrets, tenant);
  if (!made) co_return model::fail(std::move(made.error()));
  co_return co_await note(opened, tenant, "data_key.rotated", *made);
}

void tell(const model::TenantId& tenant, const vault::ResealReport& report) {
  fmt::print("{}: {} records sealed anew, {} old keys forgotten, {} kept\n", tenant.str(), report.records, report.forgotten.size(),
             report.kept.size());
  for (const auto& failure : report.failures) fmt::print(stderr, "valetkey: {}: {}\n", tenant.str(), failure.detail);
}

struct Left {
  std::size_t kept = 0;
  std::size_t failures = 0;
};

Answer<Left> rotate_each(Opened& opened, ports::Rescue& rescue, DataKeyRotation wanted) {
  Left left;
  auto tenants = co_await tenants_of(opened, wanted.tenant);
  if (!tenants) co_return model::fail(std::move(tenants.error()));
  vault::Reseal reseal(*opened.open.records, *opened.open.keys, opened.clock, rescue);
  for (const auto& tenant : *tenants) {
    auto has_keys = co_await opened.open.store->count({.kind = model::Kind::kDataKey, .tenant = tenant.str()});
    if (!has_keys) co_return model::fail(std::move(has_keys.error()));
    if (*has_keys == 0) continue;
    if (!wanted.only_finish)
      if (auto made = co_await make_new_key(opened, tenant); !made) co_return model::fail(std::move(made.error()));
    auto report = co_await reseal.run(tenant);
    if (!report) co_return model::fail(model::in_context(std::move(report.error()), tenant.str()));
    tell(tenant, *report);
    left.kept += report->kept.size();
    left.failures += report->failures.size();
  }
  co_return left;
}

}  // namespace

int rotate_root(const Config& config) {
  auto opened = open_existing(config);
  if (!opened) return refused(opened.error());
  const auto changed = block_on(rewrap(**opened));
  if (!changed) return refused(changed.error());
  auto names = (*opened)->open.root_keys->names();
  fmt::print("wrapped {} keys anew; all are under root key {}\n", *changed, names.front());
  names.erase(names.begin());
  if (!names.empty())
    fmt::print("root key {} opens nothing here any more: remove it from the settings, and keep it only for older backups\n",
               fmt::join(names, ", "));
  return kOk;
}

int rotate_data_keys(const Config& config, const DataKeyRotation& wanted) {
  auto opened = open_existing(config);
  if (!opened) return refused(opened.error());
  adapters::system::FileRescue rescue(config.rescue_path());
  const auto left = block_on(rotate_each(**opened, rescue, wanted));
  if (!left) return refused(left.error());
  if (left->kept > 0)
    fmt::print("old keys are kept for 24 h, for what is being written now; then run `valetkey rotate data-keys --finish`\n");
  return left->failures == 0 ? kOk : kRefused;
}

}  // namespace valetkey::commands
