#include "events/outbox/event_tail.hpp"

namespace valetkey::events {

template <class Ends>
void EventTail::end(const Ends& ends, News news) {
  std::list<Waiter> ended;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = waiters_.begin(); at != waiters_.end();) {
      const auto each = at++;
      if (ends(*each)) ended.splice(ended.end(), waiters_, each);
    }
  }
  for (auto& each : ended) each.done(news);
}

void EventTail::announce(const model::TenantId& tenant, std::int64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    auto& latest = latest_[tenant];
    latest = std::max(latest, sequence);
    if (waiters_.empty()) return;
  }
  end([&](const Waiter& each) { return each.tenant == tenant && each.after < sequence; }, News::kEvents);
}

void EventTail::tick(model::BootTime now) {
  end([&](const Waiter& each) { return each.until <= now; }, News::kNone);
}

void EventTail::close() {
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  end([](const Waiter&) { return true; }, News::kEnd);
}

ports::Task<EventTail::News> EventTail::wait(model::TenantId tenant, std::int64_t after, model::BootTime until) {
  co_return co_await ports::completed_by<News>([&](ports::Completion<News> done) {
    std::unique_lock lock(mutex_);
    const auto latest = latest_.find(tenant);
    const bool has_news = latest != latest_.end() && latest->second > after;
    if (!is_closed_ && !has_news) {
      waiters_.push_back({tenant, after, until, std::move(done)});
      return;
    }
    const auto news = is_closed_ ? News::kEnd : News::kEvents;
    lock.unlock();
    done(news);
  });
}

std::int64_t EventTail::latest(const model::TenantId& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto found = latest_.find(tenant);
  return found == latest_.end() ? 0 : found->second;
}

std::size_t EventTail::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

}  // namespace valetkey::events
