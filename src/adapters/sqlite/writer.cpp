#include "adapters/sqlite/writer.hpp"

#include "adapters/sqlite/sqlite_error.hpp"
#include "adapters/sqlite/unit.hpp"

namespace valetkey::adapters::sqlite {

using model::Code;
using model::fail;

Writer::Writer(std::unique_ptr<Connection> connection, WriterOptions options, const ports::Clock& clock, ports::EventBus& bus)
    : connection_(std::move(connection)),
      options_(std::move(options)),
      clock_(clock),
      bus_(bus) {
  watch();
  thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Writer::apply(ports::Unit unit, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_stopping_ && waiting_.size() < options_.max_waiting) {
      waiting_.push_back({std::move(unit), std::move(done), {}});
      wake_.notify_one();
      return;
    }
  }
  refused("busy", 1);
  done(fail(Code::kStoreBusy, "save: too many changes wait; try again"));
}

void Writer::run() {
  for (;;) {
    auto group = next_group();
    if (!group.empty()) save(group);
    watch();
    const std::lock_guard lock(mutex_);
    if (is_stopping_ && waiting_.empty()) return;
  }
}

/// What waits now, or nothing after the interval of watch().
Writer::Group Writer::next_group() {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, options_.watch_interval, [this] { return is_stopping_ || !waiting_.empty(); });
  if (options_.metrics != nullptr) options_.metrics->gauge("valetkey_store_queue", {}, static_cast<double>(waiting_.size()));
  Group group;
  while (!waiting_.empty() && group.size() < options_.max_group) {
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return group;
}

void Writer::save(std::span<Waiting> group) {
  Changes changes;
  const auto began = clock_.boot_now();
  if (auto saved = save_in_transaction(group, changes); !saved) {
    if (saved.error().code == Code::kIntegrity && group.size() > 1) {
      // One unit met a damaged page. Each by itself: the others need not suffer.
      for (std::size_t i = 0; i < group.size(); ++i) save(group.subspan(i, 1));
      return;
    }
    // A unit that failed by itself may have failed on what a lost unit of its group had written: none of the answers holds.
    refused("disk", group.size());
    for (auto& waiting : group) waiting.done(fail(saved.error()));
    return;
  }
  ++commits_;
  if (options_.metrics != nullptr) {
    options_.metrics->observe("valetkey_store_commit_units", {}, static_cast<double>(group.size()));
    options_.metrics->observe("valetkey_store_commit_seconds", {}, std::chrono::duration<double>(clock_.boot_now() - began).count());
  }
  if (changes.forget_everything) bus_.publish(nullptr);
  for (const auto& change : changes.rows) bus_.publish(&change);
  for (auto& waiting : group) waiting.done(std::move(waiting.result));
}

void Writer::refused(std::string_view reason, std::size_t units) const {
  if (options_.metrics != nullptr) options_.metrics->count("valetkey_store_refused_total", reason, static_cast<std::int64_t>(units));
}

model::Result<void> Writer::save_in_transaction(std::span<Waiting> group, Changes& changes) {
  const auto end = [this](model::Error error) {
    if (connection_->in_transaction()) (void)connection_->execute("ROLLBACK", "save");
    if (!ends_transaction(error)) error.code = Code::kStoreUnavailable;
    return fail(std::move(error));
  };
  if (auto begun = connection_->execute("BEGIN IMMEDIATE", "save"); !begun) return end(std::move(begun.error()));
  for (auto& waiting : group) {
    waiting.result = apply_unit(*connection_, waiting.unit, clock_.wall_now(), changes);
    if (!waiting.result && (ends_transaction(waiting.result.error()) || !connection_->in_transaction())) return end(waiting.result.error());
  }
  if (options_.before_commit && !options_.before_commit()) return end({.detail = "save: the disk does not answer"});
  if (auto committed = connection_->execute("COMMIT", "save"); !committed) return end(std::move(committed.error()));
  return {};
}

/// The version moves with every commit of another connection; ours has only readers, so it was another process.
void Writer::watch() {
  const auto version = connection_->integer_of("PRAGMA data_version", "watch for changes");
  if (!version) return;
  if (data_version_ != 0 && *version != data_version_) bus_.publish(nullptr);
  data_version_ = *version;
}

}  // namespace valetkey::adapters::sqlite
