#include "root_key_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "adapters/root_key/root_key_source.hpp"
#include "adapters/root_key/root_keys.hpp"
#include "adapters/sqlite/peek.hpp"
#include "adapters/system/system_random.hpp"
#include "block_on.hpp"
#include "vault/data_key_record.hpp"
#include "vault/root_wraps.hpp"

namespace valetkey {
namespace {

namespace root_key = adapters::root_key;
namespace sqlite = adapters::sqlite;
using model::Code;

/// Whoever lacks the key has to look here.
std::string place_of_keys(const Config& config) {
  return config.root_keys.empty() ? fmt::format("root key file {}", config.root_key_path()) : std::string("root_key");
}

/// The integrity key is wrapped as every data key is, and is the first there is.
model::Result<std::optional<vault::DataKeyRecord>> first_data_key(const std::string& database) {
  auto rows = sqlite::peek(database, {.kind = model::Kind::kDataKey, .equal = {{"purpose", std::string("integrity")}}, .limit = 1});
  if (!rows) return model::fail(std::move(rows.error()));
  if (rows->empty()) return std::nullopt;
  auto record = vault::data_key_from_row(rows->front());
  if (!record) return model::fail(std::move(record.error()));
  return std::move(*record);
}

}  // namespace

model::Result<std::vector<model::Secret>> root_keys_of(const Config& config) {
  if (!config.root_keys.empty()) return config.root_keys;
  return root_key::root_keys_from_file(config.root_key_path());
}

model::Result<std::vector<std::string>> root_keys_that_open(const std::string& database) {
  std::set<std::string> names;
  std::error_code ignored;
  ports::Query query{.kind = model::Kind::kDataKey};
  while (std::filesystem::exists(database, ignored)) {
    auto rows = sqlite::peek(database, query);
    if (!rows) return model::fail(std::move(rows.error()));
    for (const auto& row : *rows) {
      query.after = row.id;
      if (vault::is_current_key_row(row)) continue;
      auto record = vault::data_key_from_row(row);
      if (!record) return model::fail(std::move(record.error()));
      for (const auto& wrap : record->wraps) names.insert(wrap.root);
    }
    if (std::cmp_less(rows->size(), query.limit)) break;
  }
  return std::vector(names.begin(), names.end());
}

model::Result<void> check_root_keys(const Config& config, const std::vector<model::Secret>& keys) {
  const auto database = config.database_path();
  const auto is_empty = sqlite::peek_is_empty(database);
  if (!is_empty) return model::fail(is_empty.error());
  if (*is_empty) return {};
  auto record = first_data_key(database);
  if (!record) return model::fail(std::move(record.error()));
  if (!*record)
    return model::fail(
        Code::kIntegrity,
        fmt::format("open the database {}: it holds records but no integrity key; restore a backup that is whole", database));
  adapters::system::SystemRandom random;
  root_key::RootKeys wrapper(keys, random);
  auto opened = block_on(vault::RootWraps(wrapper, nullptr).unwrap(std::move(**record)));
  if (opened) return {};
  const auto names = root_keys_that_open(database);
  return model::fail(Code::kKeyUnavailable,
                     fmt::format("open the database {}: {} gives {}, but the data is sealed under {}; nothing was changed; give that key, "
                                 "or move the database away to begin with an empty one",
                                 database, place_of_keys(config), fmt::join(wrapper.names(), ", "),
                                 names ? fmt::format("{}", fmt::join(*names, ", ")) : std::string("another")));
}

model::Result<std::vector<model::Secret>> root_keys_to_serve(const Config& config, ports::Random& random) {
  const auto database = config.database_path();
  auto keys = root_keys_of(config);
  if (keys) {
    if (auto fits = check_root_keys(config, *keys); !fits) return model::fail(std::move(fits.error()));
    return keys;
  }
  if (keys.error().code != Code::kNotFound) return keys;
  const auto is_empty = sqlite::peek_is_empty(database);
  if (!is_empty) return model::fail(is_empty.error());
  if (*is_empty) return root_key::create_root_key(config.root_key_path(), config.data_dir, random);
  const auto names = root_keys_that_open(database);
  return model::fail(
      Code::kKeyUnavailable,
      fmt::format("open the database {}: there is no {}, and the data is sealed under {}; nothing was changed; put that file "
                  "back, or say where it is with root_key_file",
                  database, place_of_keys(config), names ? fmt::format("root key {}", fmt::join(*names, ", ")) : "a root key"));
}

}  // namespace valetkey
