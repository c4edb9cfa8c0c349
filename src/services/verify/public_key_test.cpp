#include "services/verify/public_key.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/signing_key.hpp"

namespace valetkey::services::verify {
namespace {

using test::SigningKey;

TEST(PublicKeys, are_read_from_every_form) {
  const std::pair<SigningKey, PublicKey::Type> all[] = {{SigningKey::rsa(), PublicKey::Type::kRsa},
                                                        {SigningKey::ec("P-256"), PublicKey::Type::kP256},
                                                        {SigningKey::ec("P-384"), PublicKey::Type::kP384},
                                                        {SigningKey::ed25519(), PublicKey::Type::kEd25519}};
  for (const auto& [key, type] : all) {
    for (const auto& read : {PublicKey::from_pem(key.public_pem()), PublicKey::from_spki(key.spki()), PublicKey::from_jwk(key.jwk("a"))}) {
      ASSERT_TRUE(read) << read.error().detail;
      EXPECT_EQ(read->type(), type);
    }
  }
}

TEST(PublicKeys, of_other_kinds_and_sizes_are_refused) {
  EXPECT_FALSE(PublicKey::from_pem(SigningKey::rsa(1024).public_pem()));
  EXPECT_FALSE(PublicKey::from_pem(SigningKey::ec("P-521").public_pem()));
  EXPECT_FALSE(PublicKey::from_pem(SigningKey::ec("secp256k1").public_pem()));
  EXPECT_FALSE(PublicKey::from_pem(""));
  EXPECT_FALSE(PublicKey::from_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
  EXPECT_FALSE(PublicKey::from_spki(SigningKey::ec("P-256").spki() + "x"));
  EXPECT_FALSE(PublicKey::from_spki(""));
  EXPECT_FALSE(PublicKey::from_ed25519(std::string(31, 'a')));
  EXPECT_FALSE(PublicKey::from_jwk({{"kty", "oct"}, {"k", "AAAA"}}));
  EXPECT_FALSE(PublicKey::from_jwk({}));
}

TEST(PublicKeys, verify_their_own_algorithm_alone) {
  const auto signer = SigningKey::rsa();
  const auto key = *PublicKey::from_pem(signer.public_pem());
  const auto signature = signer.sign("SHA256", "message");
  EXPECT_TRUE(key.verifies(AsymmetricAlgorithm::kRsaSha256, signature, "message"));
  EXPECT_FALSE(key.verifies(AsymmetricAlgorithm::kRsaSha1, signature, "message"));
  EXPECT_FALSE(key.verifies(AsymmetricAlgorithm::kRsaPssSha512, signature, "message"));
  EXPECT_FALSE(key.verifies(AsymmetricAlgorithm::kEcdsaP256, signature, "message"));
  EXPECT_FALSE(key.verifies(AsymmetricAlgorithm::kEd25519, signature, "message"));
  EXPECT_FALSE(key.verifies(AsymmetricAlgorithm::kRsaSha256, signature, "massage"));
  EXPECT_FALSE(key.verifies(AsymmetricAlgorithm::kRsaSha256, "", "message"));
  EXPECT_FALSE(key.verifies(JwtAlgorithm::kHs256, signature, "message"));
  EXPECT_TRUE(key.verifies(AsymmetricAlgorithm::kRsaSha1, signer.sign("SHA1", "message"), "message"));
}

TEST(PublicKeys, tokens_have_r_and_s_side_by_side) {
  const auto signer = SigningKey::ec("P-256");
  const auto key = *PublicKey::from_spki(signer.spki());
  const auto der = signer.sign("SHA256", "message");
  EXPECT_TRUE(key.verifies(AsymmetricAlgorithm::kEcdsaP256, der, "message"));
  EXPECT_FALSE(key.verifies(JwtAlgorithm::kEs256, der, "message"));
  EXPECT_FALSE(key.verifies(JwtAlgorithm::kEs256, std::string(64, '\0'), "message"));
  EXPECT_FALSE(key.verifies(JwtAlgorithm::kEs256, std::string(65, 'a'), "message"));
}

}  // namespace
}  // namespace valetkey::services::verify
