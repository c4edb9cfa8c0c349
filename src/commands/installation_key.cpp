#include "commands/installation_key.hpp"

#include <fmt/format.h>

#include "block_on.hpp"
#include "commands/command_line.hpp"
#include "commands/opened.hpp"
#include "commands/report.hpp"
#include "http/api_keys.hpp"

namespace valetkey::commands {
namespace {

constexpr std::size_t kLongestName = 100;

ports::Answer<void> store_key(Opened& opened, model::ApiKey record) {
  model::AuditEntry entry{.at = opened.clock.wall_now(),
                          .actor = "system",
                          .action = "key.created",
                          .target = record.id.str(),
                          .detail = R"({"role":"installation"})"};
  auto unit = co_await http::unit_of_new_key(*opened.open.records, opened.clock, std::move(record));
  if (!unit) co_return model::fail(std::move(unit.error()));
  unit->audit.push_back(std::move(entry));
  co_return co_await opened.open.store->apply(std::move(*unit));
}

}  // namespace

int make_installation_key(const Config& config, const std::string& name) {
  if (name.empty() || name.size() > kLongestName) return misused("make an installation key: --name must be 1 to 100 characters");
  auto opened = open_existing(config);
  if (!opened) return refused(opened.error());
  const auto made = http::make_key({.role = model::KeyRole::kInstallation, .name = name, .created_by = "system"}, *(*opened)->open.keys,
                                   (*opened)->clock, (*opened)->random);
  if (auto stored = block_on(store_key(**opened, made.record)); !stored) return refused(stored.error());
  fmt::print("{}\n", made.text.reveal());
  fmt::print(stderr, "this is the only time that key {} is shown\n", made.record.id.str());
  return kOk;
}

}  // namespace valetkey::commands
