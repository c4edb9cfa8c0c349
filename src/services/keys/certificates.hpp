#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "services/verify/key_request.hpp"

struct x509_store_st;

namespace valetkey::services {

/// Reads certificates that sign webhooks. Thread safe.
class CertificateCheck {
 public:
  /// PEM of the roots; empty: the system's.
  explicit CertificateCheck(std::string ca_file);

  /// The key of the first certificate in `pem`. It must have one of `names` (any where there are none) and a time of validity, which
  /// comes with the key. Where its issuers are in the text too, they must lead to a root; a lone one is believed because it came over
  /// TLS from a pinned host, as its publishers mean it (Amazon gives no issuers). kInvalidInput says what is wrong.
  [[nodiscard]] model::Result<verify::FetchedKey> key_of(std::string_view pem, const std::vector<std::string>& names,
                                                         model::WallTime now) const;

 private:
  std::shared_ptr<x509_store_st> roots_;
};

}  // namespace valetkey::services
