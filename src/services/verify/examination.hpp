#pragma once
#include <optional>
#include <vector>

#include "model/jws.hpp"
#include "services/verify/jwt_algorithms.hpp"
#include "services/verify/key_request.hpp"
#include "services/verify/message.hpp"
#include "services/verify/signature_header.hpp"

namespace valetkey::services::verify {

/// One request looked at by one alternative of a document, in two parts, so that a key can be fetched between them: prepare() finds
/// everything that needs no key, decide() judges. Pure. What it was made of outlives it.
class Examination {
 public:
  Examination(const ServiceDocument& document, const Alternative& alternative, RequestView& view, Trace& trace);

  /// The signature, the timestamp, the signed bytes; of a token its form and its algorithm.
  Finding<void> prepare();
  /// What to fetch before decide(); nullopt: nothing. Only after prepare().
  Finding<std::optional<KeyRequest>> key_request();
  /// Fills what a verified request tells into `verdict`. `fetched` null: the key comes from the endpoint's secrets.
  Finding<void> decide(const KeySet* fetched, Verdict& verdict);

 private:
  /// What one signature covers: the request, or one item of it.
  struct Signed {
    SignatureTexts texts;
    std::vector<std::string> signatures;  ///< as bytes; empty for the schemes that compare text
    SignedMessage message;
  };

  Finding<void> prepare_one(const boost::json::value* item);
  Finding<void> prepare_token();
  Finding<void> check_proof(const KeySet* fetched);
  Finding<void> check_macs();
  Finding<void> check_hashes();
  Finding<void> check_texts();
  Finding<void> check_basic();
  Finding<void> check_signatures(const KeySet* fetched);
  Finding<void> check_token(const KeySet* fetched);
  Finding<void> check_no_challenge(std::string_view message);
  Finding<void> check_identity();
  Finding<void> tell(Verdict& verdict);
  Finding<std::vector<model::Secret>> secrets();
  /// Those that may have signed: of the endpoint's secrets, or of what was fetched.
  Finding<std::vector<PublicKey>> public_keys(const KeySet* fetched);
  Finding<std::vector<PublicKey>> fetched_keys(const KeySet& fetched);
  Finding<KeyRequest> endpoint_request();
  /// With the verified claims.
  [[nodiscard]] Facts with_claims(Facts facts) const;
  /// With the claims of a token that nobody has verified: they may choose a key and nothing else.
  [[nodiscard]] Facts with_unverified_claims(Facts facts);
  template <class Signs>
  Finding<void> check_each(Signs signs);

  const ServiceDocument& document_;
  const Alternative& alternative_;
  RequestView& view_;
  Trace& trace_;
  std::vector<Signed> signed_;
  std::string timestamp_;
  std::string token_text_;
  std::optional<model::Jws> token_;
  boost::json::value unverified_claims_;
  const JwtAlgorithm* token_algorithm_ = nullptr;
};

}  // namespace valetkey::services::verify
