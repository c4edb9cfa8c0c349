#include "adapters/upstream/asio_upstream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include "adapters/upstream/call.hpp"
#include "adapters/upstream/lane.hpp"

namespace valetkey::adapters::upstream {
namespace asio = boost::asio;

AsioUpstream::AsioUpstream(Settings settings, ports::Clock& clock, const std::vector<asio::io_context*>& contexts)
    : shared_(std::make_shared<Shared>(std::move(settings), clock)) {
  for (auto* context : contexts) {
    auto lane = std::make_shared<Lane>(*context, shared_);
    entries_.push_back({context, lane});
    asio::co_spawn(*context, sweep(std::move(lane)), asio::detached);
  }
}

AsioUpstream::~AsioUpstream() {
  for (const auto& entry : entries_)
    if (const auto lane = entry.lane.lock()) lane->is_over = true;
}

ports::Task<Outcome> AsioUpstream::send(ports::UpstreamRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  const auto* own = executor.target<asio::io_context::executor_type>();
  for (const auto& entry : entries_) {
    if (own == nullptr || &own->context() != entry.context) continue;
    if (auto lane = entry.lane.lock()) co_return co_await run(std::make_shared<Call>(std::move(lane), std::move(request)));
  }
  co_return std::unexpected(ports::HttpFailure{
      .error = {.code = model::Code::kInternal, .detail = "call an API: on an executor that the adapter was not made for"}});
}

}  // namespace valetkey::adapters::upstream
