#include "adapters/root_key/recovery_key.hpp"

#include <gmock/gmock.h>

#include "adapters/root_key/root_keys.hpp"
#include "support/fixed_random.hpp"
#include "support/recovery_pair.hpp"
#include "support/run_task.hpp"

namespace valetkey::adapters::root_key {
namespace {

using model::Code;
using model::Secret;
using test::run;
using testing::HasSubstr;
using testing::Not;

struct RecoveryKey : testing::Test {
  test::FixedRandom random;
  static std::vector<Secret> keys() {
    std::vector<Secret> keys;
    keys.emplace_back(std::string(32, 'r'));
    return keys;
  }
  RootKeys roots{keys(), random};
  std::unique_ptr<RecoveryPublicKey> open = RecoveryPublicKey::from_pem(test::recovery_pair().public_pem).value();
  std::unique_ptr<RecoveryPrivateKey> offline = RecoveryPrivateKey::from_pem(test::recovery_pair().private_pem, roots).value();
  const Secret data_key{std::string(32, 'd')};

  static std::string refusal_of(const std::string& pem) {
    auto key = RecoveryPublicKey::from_pem(pem);
    EXPECT_FALSE(key);
    return key ? "" : key.error().detail;
  }
};

TEST_F(RecoveryKey, security_s42_only_the_private_half_opens) {
  const auto wrapped = run(open->wrap(data_key, "context")).value();
  EXPECT_EQ(wrapped.size(), 256U);
  EXPECT_NE(wrapped, run(open->wrap(data_key, "context")).value());
  EXPECT_EQ(run(open->unwrap(open->current(), wrapped, "context")).error().code, Code::kKeyUnavailable);
  EXPECT_EQ(run(roots.unwrap(open->current(), wrapped, "context")).error().code, Code::kKeyUnavailable);
  EXPECT_EQ(run(offline->unwrap(open->current(), wrapped, "context")).value(), data_key);
  EXPECT_EQ(run(offline->unwrap(open->current(), wrapped, "other context")).error().code, Code::kKeyUnavailable);
  auto flipped = wrapped;
  flipped[100] = static_cast<char>(flipped[100] ^ 1);
  EXPECT_EQ(run(offline->unwrap(open->current(), flipped, "context")).error().code, Code::kKeyUnavailable);
}

TEST_F(RecoveryKey, wraps_by_the_new_root_key_and_opens_by_both) {
  const auto wrapped = run(offline->wrap(data_key, "context")).value();
  EXPECT_EQ(offline->current(), roots.current());
  EXPECT_EQ(run(roots.unwrap(roots.current(), wrapped, "context")).value(), data_key);
  EXPECT_EQ(run(offline->unwrap(roots.current(), wrapped, "context")).value(), data_key);
}

TEST_F(RecoveryKey, security_s42_says_what_is_wrong_with_a_key) {
  const std::string private_pem(test::recovery_pair().private_pem.reveal());
  EXPECT_THAT(refusal_of(private_pem), HasSubstr("it is a private key"));
  EXPECT_THAT(refusal_of(private_pem), Not(HasSubstr(private_pem.substr(100, 40))));
  EXPECT_THAT(refusal_of(""), HasSubstr("not a public key in PEM"));
  EXPECT_THAT(refusal_of("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), HasSubstr("not a public key in PEM"));
  EXPECT_THAT(refusal_of(test::new_x25519_pair().public_pem), HasSubstr("not an RSA key"));
  EXPECT_THAT(refusal_of(test::new_rsa_pair(1024).public_pem), HasSubstr("1024 bits"));
  EXPECT_FALSE(RecoveryPrivateKey::from_pem(Secret(test::recovery_pair().public_pem), roots));
}

}  // namespace
}  // namespace valetkey::adapters::root_key
