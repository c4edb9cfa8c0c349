#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "services/verify/request_view.hpp"
#include "services/verify/signature_header.hpp"

namespace valetkey::services::verify {

/// What the pieces of a signed message are taken from.
struct MessageSource {
  RequestView& view;
  std::string_view timestamp;                       ///< as it stands in the request
  const model::Pairs* signature_fields = nullptr;   ///< for signed_headers
  const boost::json::value* item = nullptr;         ///< null: the body
};

/// The message before and behind each place where the key itself belongs (the schemes that hash a secret with the body): one part
/// more than there are such places. Everything else has one part. A body that is signed alone is not copied.
class SignedMessage {
 public:
  /// message_incomplete where a piece is not in the request, or is there twice.
  static Finding<SignedMessage> of(const std::vector<Piece>& pieces, const MessageSource& source, Trace& trace);

  /// Valid while this and the request live; `secret` for the places that want it.
  [[nodiscard]] std::string_view bytes() const { return parts_.empty() ? whole_ : std::string_view(parts_.front()); }
  [[nodiscard]] std::string with_secret(std::string_view secret) const;
  /// Whether the secret is part of what is signed.
  [[nodiscard]] bool wants_secret() const { return parts_.size() > 1; }

 private:
  std::string_view whole_;
  std::vector<std::string> parts_;
};

/// Headers and query that the pieces cover, for `Verdict`.
void note_coverage(const Alternative& alternative, const model::Pairs& signature_fields, Verdict& verdict);

/// CRC-32 as in zlib (ISO 3309), in decimal.
std::string crc32_decimal(std::string_view bytes);

}  // namespace valetkey::services::verify
