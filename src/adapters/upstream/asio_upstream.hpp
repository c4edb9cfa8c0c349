#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "adapters/upstream/settings.hpp"
#include "ports/clock.hpp"
#include "ports/upstream.hpp"

namespace valetkey::adapters::upstream {

class Lane;
struct Shared;

/// HTTP/1.1 calls on sockets of the caller's own context, each with its own pool of kept connections and no lock between them. The
/// egress policy is asked for each address before it is dialled (S6); replies are read strictly (S14). One sweep a second and
/// context, on the clock port, ends what is too slow.
///
/// Contexts and calls may end before this or after it, as long as none of the contexts runs while it is destroyed.
class AsioUpstream final : public ports::Upstream {
 public:
  /// `contexts` are those that send() is called on, each run by one thread. `clock` outlives their running.
  AsioUpstream(Settings settings, ports::Clock& clock, const std::vector<boost::asio::io_context*>& contexts);
  ~AsioUpstream() override;
  AsioUpstream(const AsioUpstream&) = delete;
  AsioUpstream& operator=(const AsioUpstream&) = delete;

  ports::Task<std::expected<ports::UpstreamReply, ports::HttpFailure>> send(ports::UpstreamRequest request) override;

 private:
  /// The lane belongs to its context: its sockets must not outlive that.
  struct Entry {
    boost::asio::io_context* context;
    std::weak_ptr<Lane> lane;
  };
  std::shared_ptr<Shared> shared_;
  std::vector<Entry> entries_;
};

}  // namespace valetkey::adapters::upstream
