#include "adapters/upstream/lane.hpp"

#include "adapters/upstream/call.hpp"

namespace valetkey::adapters::upstream {
namespace {

constexpr model::Milliseconds kSweepEvery{1'000};

}  // namespace

Lane::Lane(boost::asio::io_context& context_in, std::shared_ptr<Shared> shared_in)
    : context(context_in),
      shared(std::move(shared_in)),
      gate(new Gate{.context = &context_in}),
      pool(shared->settings.most_idle_per_key, shared->settings.most_idle) {}

Lane::~Lane() {
  const std::lock_guard lock(gate->mutex);
  gate->context = nullptr;
}

void Lane::watch(Call& call) {
  call.place = calls_.size();
  calls_.push_back(&call);
}

void Lane::unwatch(Call& call) {
  calls_[call.place] = calls_.back();
  calls_[call.place]->place = call.place;
  calls_.pop_back();
}

void Lane::sweep(model::BootTime now) {
  for (std::size_t i = 0; i < calls_.size(); ++i)
    if (now >= calls_[i]->deadline) calls_[i]->expire();
  pool.sweep(now);
}

ports::Task<void> sweep(std::shared_ptr<Lane> lane) {
  auto& clock = lane->shared->clock;
  while (!lane->is_over) {
    co_await clock.sleep_until(clock.boot_now() + kSweepEvery);
    lane->sweep(clock.boot_now());
  }
}

}  // namespace valetkey::adapters::upstream
