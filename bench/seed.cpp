// valetkey-seed CONNECTION COUNT LIST: makes COUNT connections like CONNECTION (which was imported through the API), each with ids of its
// own and tokens that are sealed for it, and writes their ids to the file LIST, one a line. Same settings as `valetkey serve`, which must
// not run. Through vault and store like every write of the broker, but a thousand connections in one commit.
#include <fmt/os.h>

#include <charconv>
#include <cstdlib>

#include "block_on.hpp"
#include "commands/command_line.hpp"
#include "commands/opened.hpp"
#include "commands/report.hpp"
#include "vault/places.hpp"

extern char** environ;

namespace valetkey {
namespace {

using ports::Answer;

constexpr std::int64_t kInOneCommit = 1'000;

/// What the copies are made from, its secrets opened.
struct Pattern {
  model::Connection connection;
  model::Grant grant;
  std::string set_hash;
  model::Secret access_token;
  model::Secret refresh_token;
};

class Seed {
 public:
  explicit Seed(commands::Opened& opened) : opened_(opened), records_(*opened.open.records), keys_(*opened.open.keys) {}

  Answer<void> run(std::string id, std::int64_t count, fmt::ostream& list) {
    auto pattern = co_await read(std::move(id));
    if (!pattern) co_return model::fail(std::move(pattern.error()));
    for (std::int64_t made = 0; made < count; made += kInOneCommit) {
      ports::Unit unit;
      for (std::int64_t i = made; i < std::min(count, made + kInOneCommit); ++i)
        if (auto added = co_await add_copy(*pattern, i, unit, list); !added) co_return added;
      if (auto applied = co_await records_.store().apply(std::move(unit)); !applied) co_return applied;
    }
    co_return model::Result<void>{};
  }

 private:
  Answer<Pattern> read(std::string id) {
    Pattern pattern;
    auto connection = co_await records_.load_any<model::Connection>(std::move(id));
    if (!connection) co_return model::fail(std::move(connection.error()));
    pattern.connection = std::move(*connection);
    auto grant = co_await records_.load_any<model::Grant>(pattern.connection.current_grant.str());
    if (!grant) co_return model::fail(std::move(grant.error()));
    pattern.grant = std::move(*grant);
    auto set = co_await records_.load_any<model::EndpointSet>(model::endpoint_set_id(pattern.grant.credential, pattern.grant.endpoint_set));
    if (!set) co_return model::fail(std::move(set.error()));
    pattern.set_hash = set->hash();
    const auto& token = pattern.grant.access_tokens.at(0);
    auto access_token = co_await keys_.open(vault::access_token_place(pattern.grant, token, pattern.set_hash), token.sealed);
    if (!access_token) co_return model::fail(std::move(access_token.error()));
    pattern.access_token = std::move(*access_token);
    auto refresh_token = co_await keys_.open(vault::refresh_token_place(pattern.grant, pattern.set_hash), pattern.grant.refresh_token);
    if (!refresh_token) co_return model::fail(std::move(refresh_token.error()));
    pattern.refresh_token = std::move(*refresh_token);
    co_return pattern;
  }

  Answer<void> add_copy(const Pattern& pattern, std::int64_t number, ports::Unit& unit, fmt::ostream& list) {
    auto connection = pattern.connection;
    auto grant = pattern.grant;
    connection.id = ports::new_id<model::ConnectionId>(opened_.clock, opened_.random);
    connection.end_user.id = fmt::format("user-{}", number);
    grant.id = ports::new_id<model::GrantId>(opened_.clock, opened_.random);
    grant.connection = connection.id;
    connection.current_grant = grant.id;
    auto& token = grant.access_tokens.at(0);
    auto access_token = co_await keys_.seal(vault::access_token_place(grant, token, pattern.set_hash), pattern.access_token);
    if (!access_token) co_return model::fail(std::move(access_token.error()));
    token.sealed = std::move(*access_token);
    auto refresh_token = co_await keys_.seal(vault::refresh_token_place(grant, pattern.set_hash), pattern.refresh_token);
    if (!refresh_token) co_return model::fail(std::move(refresh_token.error()));
    grant.refresh_token = std::move(*refresh_token);
    auto extra = co_await keys_.seal(vault::extra_place(grant, pattern.set_hash), model::Secret("{}"));
    if (!extra) co_return model::fail(std::move(extra.error()));
    grant.extra = std::move(*extra);
    unit.writes.emplace_back(records_.put(connection));
    unit.writes.emplace_back(records_.put(grant));
    list.print("{}\n", connection.id.str());
    co_return model::Result<void>{};
  }

  commands::Opened& opened_;
  const vault::Records& records_;
  vault::KeyRing& keys_;
};

int seed(const std::string& id, std::int64_t count, const std::string& path) {
  std::size_t size = 0;
  while (environ[size] != nullptr) ++size;
  const auto config = load_config("", {environ, size});
  if (!config) return commands::refused(config.error());
  auto opened = commands::open_existing(*config);
  if (!opened) return commands::refused(opened.error());
  auto list = fmt::output_file(path);
  if (auto done = block_on(Seed(**opened).run(id, count, list)); !done) return commands::refused(done.error());
  return commands::kOk;
}

}  // namespace
}  // namespace valetkey

int main(int argc, char** argv) {
  std::int64_t count = 0;
  const std::string_view text = argc == 4 ? argv[2] : "";
  if (const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count); failed != std::errc{} || count < 1) {
    fmt::print(stderr, "usage: valetkey-seed CONNECTION COUNT LIST\n");
    return valetkey::commands::kBadConfiguration;
  }
  return valetkey::seed(argv[1], count, argv[3]);
}
