// The ceiling of durable writes: rows of one size, inserted by bare SQLite in grouped commits for a number of senders, each of which
// waits for its row to be on disk.   valetkey-bare-sqlite FILE BYTES SENDERS SECONDS
#include <fmt/core.h>
#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct Waiting {
  std::string id;
  bool is_durable = false;
};

/// What senders wait for and the one writer commits.
class Queue {
 public:
  void send(Waiting& row) {
    std::unique_lock lock(mutex_);
    rows_.push_back(&row);
    filled_.notify_one();
    done_.wait(lock, [&] { return row.is_durable || is_over_; });
  }
  std::vector<Waiting*> take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [&] { return !rows_.empty() || is_over_; });
    return std::exchange(rows_, {});
  }
  void finish(const std::vector<Waiting*>& rows) {
    const std::scoped_lock lock(mutex_);
    for (auto* row : rows) row->is_durable = true;
    done_.notify_all();
  }
  void end() {
    const std::scoped_lock lock(mutex_);
    is_over_ = true;
    filled_.notify_all();
    done_.notify_all();
  }
  bool is_over() {
    const std::scoped_lock lock(mutex_);
    return is_over_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_, done_;
  std::vector<Waiting*> rows_;
  bool is_over_ = false;
};

void check(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
  fmt::print(stderr, "bare sqlite: {}\n", sqlite3_errmsg(database));
  std::exit(1);
}

void execute(sqlite3* database, const char* sql) { check(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), database); }

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::string bytes(std::strtoul(argv[2], nullptr, 10), 'x');
  const auto senders = std::strtoul(argv[3], nullptr, 10);
  const std::chrono::seconds seconds(std::strtol(argv[4], nullptr, 10));
  sqlite3* database = nullptr;
  check(sqlite3_open(argv[1], &database), database);
  execute(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS rows (id TEXT PRIMARY KEY, doc TEXT)");
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(database, "INSERT INTO rows (id, doc) VALUES (?, ?)", -1, &insert, nullptr), database);

  Queue queue;
  std::vector<std::thread> threads;
  std::vector<long> sent(senders, 0);
  for (std::size_t i = 0; i < senders; ++i)
    threads.emplace_back([&, i] {
      while (!queue.is_over()) {
        Waiting row{.id = fmt::format("{}-{}", i, sent[i])};
        queue.send(row);
        if (row.is_durable) ++sent[i];
      }
    });
  const auto from = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - from < seconds) {
    const auto rows = queue.take();
    execute(database, "BEGIN IMMEDIATE");
    for (const auto* row : rows) {
      check(sqlite3_bind_text(insert, 1, row->id.data(), static_cast<int>(row->id.size()), SQLITE_STATIC), database);
      check(sqlite3_bind_text(insert, 2, bytes.data(), static_cast<int>(bytes.size()), SQLITE_STATIC), database);
      check(sqlite3_step(insert), database);
      check(sqlite3_reset(insert), database);
    }
    execute(database, "COMMIT");
    queue.finish(rows);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - from;
  queue.end();
  for (auto& thread : threads) thread.join();
  long total = 0;
  for (const auto count : sent) total += count;
  fmt::print("{{\"rows\":{},\"per_second\":{:.1f}}}\n", total, static_cast<double>(total) / took.count());
  sqlite3_finalize(insert);
  sqlite3_close(database);
  return 0;
}
