#pragma once
#include <atomic>
#include <optional>
#include <string>

#include "oauth/tokens.hpp"
#include "ports/config_services.hpp"

namespace valetkey::oauth {

struct ValidationReport {
  ports::TokenValidation found;
  model::WallTime checked_at{};
};

/// valid, invalid, unknown.
std::string_view to_string(ports::TokenVerdict verdict);

/// Asks the Token Validation services whether connections still work (DESIGN 6): on demand, after connecting, on a schedule. Unknown
/// never changes a connection; a token that is found invalid is renewed once and checked once more before it does. Thread safe.
class Validations {
 public:
  struct Settings {
    model::Seconds interval{86'400};  ///< between two checks of one connection; 0: only on demand and after connecting
  };
  Validations(Context& context, Tokens& tokens, Settings settings) : context_(context), tokens_(tokens), settings_(settings) {}

  /// Errors: those of Tokens::token_for that are about the connection's state; kConflict where its credential names no service; those of
  /// ConfigServices::validate. Whatever stands in the way of a token is kUnknown.
  ports::Answer<ValidationReport> validate(model::TenantId tenant, model::ConnectionId connection, Permission permission = {});
  /// The same for one that was just connected, detached; nothing where its credential names no service.
  void after_connecting(const model::Connection& connection);

  /// Checks what is due, once a second on the clock port, until stop(). Never throws.
  ports::Task<void> run();
  void stop() { is_stopping_ = true; }
  /// One look of the schedule; answers how many checks it started. They go on by themselves.
  ports::Answer<int> look();

 private:
  /// Where the schedule stands: credentials in the order of their ids, and the connections of one.
  struct Cursor {
    std::string credential;
    std::optional<model::Credential> current;
    std::string connection;
    std::optional<model::WallTime> rests_until;
  };
  struct Checked {
    ports::TokenValidation found;
    std::int64_t generation = 0;
    bool is_final = false;  ///< invalid, and no renewal helps
  };

  ports::Answer<Checked> check(const Access& access, const std::string& service);
  ports::Answer<Checked> check_renewed(const Access& access, const std::string& service, Checked first);
  ports::Answer<void> record(const Access& access, const Checked& checked, model::WallTime at);
  ports::Answer<bool> next_credential();
  ports::Task<bool> has_service(const model::Credential& credential) const;
  ports::Task<void> check_connected(model::TenantId tenant, model::CredentialId credential, model::ConnectionId connection);
  /// Counted in `under_way_` by its caller.
  ports::Task<void> check_due(model::TenantId tenant, model::ConnectionId connection);

  Context& context_;
  Tokens& tokens_;
  Settings settings_;
  Cursor cursor_;
  std::atomic<int> under_way_{0};
  std::atomic<bool> is_stopping_{false};
};

/// Whether a connection that was last checked then is to be checked now. Spread by its id, so that connections made together are not
/// checked together; pure.
bool is_validation_due(const model::Connection& connection, model::Seconds interval, model::WallTime now);

}  // namespace valetkey::oauth
