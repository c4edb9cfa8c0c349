#pragma once
#include "oauth/connections.hpp"

namespace valetkey::oauth {

struct RemovedCredential {
  model::Credential credential;
  std::vector<Removed> connections;  ///< that were deleted first
};

/// Deletes credentials with everything that is theirs: secrets, endpoint sets, callback key.
class CredentialRemoval {
 public:
  CredentialRemoval(Context& context, Connections& connections) : context_(context), connections_(connections) {}

  /// kConflict while it has connections, unless `cascade`: they are deleted one by one first, and revoked at the provider where that is
  /// possible. Stops at the first that cannot be deleted, and can be repeated.
  ports::Answer<RemovedCredential> run(model::Credential credential, bool cascade, Alongside<Removed> with_each,
                                       Alongside<model::Credential> alongside);

 private:
  ports::Answer<std::vector<Removed>> remove_connections(const model::Credential& credential, const Alongside<Removed>& with_each);
  ports::Answer<void> erase_orphans(const model::Credential& credential);

  Context& context_;
  Connections& connections_;
};

}  // namespace valetkey::oauth
