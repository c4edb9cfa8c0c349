#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "calls/api.hpp"
#include "calls/kept_body.hpp"
#include "calls/target.hpp"
#include "oauth/tokens.hpp"
#include "ports/upstream.hpp"

namespace valetkey::calls {

/// One call to the API of a connected account.
struct Call {
  model::TenantId tenant;
  model::ConnectionId connection;
  std::string method;
  Below below;                              ///< views that outlive the call's beginning
  const ports::Headers& headers;            ///< as the caller sent them, names in lower case; outlives the call's beginning
  ports::BodySource* body = nullptr;        ///< null: none. Outlives the reply
  ports::Departure* departure = nullptr;    ///< of the caller; outlives the reply
  oauth::Permission permission;
};

/// What a caller should know of a reply that may look wrong to it.
enum class Warning {
  kNone,
  kNotRepeated,    ///< it tells of an expired token, which was renewed; the request could not be sent again: its body was too long
  kRefreshFailed,  ///< it tells of an expired token, which could not be renewed
};

struct Reply {
  int status = 0;
  ports::Headers headers;  ///< what the caller may see (reply_headers)
  Warning warning = Warning::kNone;

  std::unique_ptr<ports::BodySource> sent;  ///< what the request's body was read through; outlives `body`
  std::unique_ptr<ports::BodySource> body;  ///< never null
};

/// Calls to APIs inside a connection's base URI with its token, which is renewed once when the API finds it expired. Serves the proxy.
/// Thread safe; a call stays on its executor.
class AccountCalls {
 public:
  struct Settings {
    model::Milliseconds connect_within{10'000};
    model::Milliseconds head_within{60'000};
    model::Milliseconds idle_for{60'000};
    std::size_t cache_bytes = 16 << 20;  ///< for what is worked out once per connection
  };
  /// All outlive it.
  struct World {
    oauth::Tokens& tokens;
    ports::Upstream& upstream;
    const ports::Clock& clock;
    ports::Metrics& metrics;
  };
  AccountCalls(World world, Settings settings);

  /// The API's reply, whatever its status. Redirects are not followed (S15). Errors: kInvalidInput (the path), kNotSupported (an
  /// upgrade), those of Tokens::token_for, api_of and Upstream::send.
  ports::Answer<Reply> send(Call call);

 private:
  /// What is worked out from a snapshot of a connection and its client; of use as long as both are the same.
  struct Prepared {
    std::shared_ptr<const model::Connection> connection;
    std::shared_ptr<const oauth::Client> client;
    Api api;
  };
  using SharedPrepared = std::shared_ptr<const Prepared>;

  model::Result<SharedPrepared> prepared(const oauth::Access& access);
  model::Result<ports::UpstreamRequest> request_of(const Call& call, const oauth::Access& access, const Api& api) const;
  ports::Answer<ports::UpstreamReply> exchange(const Call& call, const oauth::Access& access, const Api& api, ports::BodySource* body,
                                               model::Microseconds& waited);
  ports::Answer<Reply> with_renewal(const Call& call, model::Microseconds& waited);
  ports::Answer<Reply> renewed(const Call& call, const oauth::Access& used, std::unique_ptr<KeptBody> sent, ports::UpstreamReply reply,
                               model::Microseconds& waited);
  /// `outcome` is what a call without a warning is counted as.
  Reply handed_on(const model::ProxyFacts& facts, ports::UpstreamReply reply, Warning warning, std::unique_ptr<ports::BodySource> sent,
                  std::string_view outcome);

  World world_;
  Settings settings_;
  vault::RecordCache<Prepared> prepared_;
};

/// In the header `Valetkey-Warning`; empty for kNone.
std::string_view to_string(Warning warning);

}  // namespace valetkey::calls
