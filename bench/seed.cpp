// valetkey-seed CONNECTION COUNT LIST: makes COUNT connections like CONNECTION (which was imported through the API), each with ids of its
// own and tokens that are sealed for it, and writes their ids to the file LIST, one a line. Same settings as `valetkey serve`, which must
// not run. Through vault and store like every write of the broker, many units in one commit.
#include <fmt/os.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "block_on.hpp"
#include "commands/command_line.hpp"
#include "commands/opened.hpp"
#include "commands/report.hpp"
#include "vault/places.hpp"

extern char** environ;

namespace valetkey {
namespace {

using ports::Answer;

constexpr std::int64_t kInOneUnit = 20;  // a statement costs more the more its unit has written
constexpr int kLanes = 64;

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
  Seed(commands::Opened& opened, fmt::ostream& list)
      : opened_(opened),
        records_(*opened.open.records),
        keys_(*opened.open.keys),
        list_(list) {}

  /// Makes them in lanes that wait for each other's commits: the store's writer saves what waits in one. The lanes go on after this has
  /// answered; block_on() ends with the last of them.
  Answer<void> run(std::string id, std::int64_t count) {
    auto pattern = co_await read(std::move(id));
    if (!pattern) co_return model::fail(std::move(pattern.error()));
    pattern_ = std::move(*pattern);
    const auto executor = co_await boost::asio::this_coro::executor;
    for (int i = 0; i < kLanes; ++i) boost::asio::co_spawn(executor, lane(count), boost::asio::detached);
    co_return model::Result<void>{};
  }

  [[nodiscard]] const model::Result<void>& outcome() const { return outcome_; }

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

  ports::Task<void> lane(std::int64_t count) {
    while (outcome_ && next_ < count) {
      const auto begin = std::exchange(next_, next_ + kInOneUnit);
      if (auto made = co_await make(begin, std::min(count, begin + kInOneUnit)); !made) outcome_ = std::move(made);
    }
  }

  Answer<void> make(std::int64_t begin, std::int64_t end) {
    ports::Unit unit;
    for (auto number = begin; number < end; ++number)
      if (auto added = co_await add_copy(number, unit); !added) co_return added;
    co_return co_await records_.store().apply(std::move(unit));
  }

  Answer<void> add_copy(std::int64_t number, ports::Unit& unit) {
    const auto& pattern = pattern_;
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
    list_.print("{}\n", connection.id.str());
    co_return model::Result<void>{};
  }

  commands::Opened& opened_;
  const vault::Records& records_;
  vault::KeyRing& keys_;
  fmt::ostream& list_;
  Pattern pattern_;
  std::int64_t next_ = 0;
  model::Result<void> outcome_;
};

int run(const std::string& id, std::int64_t count, const std::string& path) {
  std::size_t size = 0;
  while (environ[size] != nullptr) ++size;
  const auto config = load_config("", {environ, size});
  if (!config) return commands::refused(config.error());
  auto opened = commands::open_existing(*config);
  if (!opened) return commands::refused(opened.error());
  auto list = fmt::output_file(path);
  Seed seed(**opened, list);
  if (auto begun = block_on(seed.run(id, count)); !begun) return commands::refused(begun.error());
  if (!seed.outcome()) return commands::refused(seed.outcome().error());
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
  return valetkey::run(argv[1], count, argv[3]);
}
