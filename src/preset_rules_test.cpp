// What every preset that ships must keep to, whoever writes the next one.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "adapters/catalog/load_presets.hpp"
#include "services/library/preset_library.hpp"

namespace valetkey {
namespace {

using services::Alternative;
using services::Piece;
using services::Scheme;

class PresetRules : public testing::Test {
 protected:
  void SetUp() override {
    const auto files = adapters::catalog::load_embedded_presets();
    ASSERT_TRUE(files) << files.error().detail;
    auto library = services::PresetLibrary::read(files->documents());
    ASSERT_TRUE(library) << library.error().detail;
    documents_ = library->list();
    ASSERT_GE(documents_.size(), 50U);
  }

  template <class Visit>
  void each_alternative(Visit visit) {
    for (const auto& document : documents_)
      for (const auto& alternative : document->verify) {
        SCOPED_TRACE(document->slug + " " + alternative.name);
        visit(*document, alternative);
      }
  }

  static bool has_fetched_key(const Alternative& one) {
    return !one.key.jwks.empty() || one.key.certificate_url != nullptr || !one.key.endpoint_url.empty();
  }

  std::vector<std::shared_ptr<const services::ServiceDocument>> documents_;
};

/// Either the bytes of the body are signed, or a digest of them, or the events say that they are not.
TEST_F(PresetRules, security_s32_coverage_of_the_body_is_told) {
  each_alternative([](const auto&, const Alternative& one) {
    const auto covers = [](const Piece& piece) {
      return piece.of == Piece::Of::kRaw || piece.of == Piece::Of::kLines || piece.of == Piece::Of::kSortedForm ||
             piece.of == Piece::Of::kForm;
    };
    EXPECT_EQ(one.covers_body, one.body_digest.has_value() || std::ranges::any_of(one.message, covers));
  });
}

TEST_F(PresetRules, security_s32_plain_hashes_are_a_choice) {
  each_alternative([](const auto&, const Alternative& one) { EXPECT_EQ(one.needs_choice, one.scheme == Scheme::kHash); });
}

TEST_F(PresetRules, security_s27_shared_signers_compare_an_identity) {
  int shared = 0;
  each_alternative([&](const auto&, const Alternative& one) {
    if (!has_fetched_key(one)) return;
    ++shared;
    // What is the endpoint's own is compared, or stands in the signed bytes.
    EXPECT_TRUE(!one.identity.empty() || std::ranges::count(one.message, Piece::Of::kParameter, &Piece::of) > 0);
    EXPECT_FALSE(one.key.hosts.empty());
  });
  EXPECT_GE(shared, 4);
}

/// A secret that the application gives is one that is declared so, and is given before anything is signed with it.
TEST_F(PresetRules, security_s31_handshakes_keep_declared_secrets) {
  for (const auto& document : documents_)
    for (const auto& challenge : document->challenges) {
      if (challenge.store_secret.empty()) continue;
      const auto declared = std::ranges::find(document->secrets, challenge.store_secret, &services::DeclaredSecret::name);
      ASSERT_NE(declared, document->secrets.end()) << document->slug;
      EXPECT_EQ(declared->from, services::DeclaredSecret::From::kHandshake) << document->slug;
    }
}

/// A URL is asked for by the broker only after the signature was found good, and only at named hosts (S30).
TEST_F(PresetRules, security_s30_fetches_come_after_verification) {
  for (const auto& document : documents_)
    for (const auto& challenge : document->challenges) {
      if (challenge.fetch_url == nullptr) continue;
      EXPECT_TRUE(challenge.is_signed) << document->slug;
      EXPECT_FALSE(challenge.fetch_hosts.empty()) << document->slug;
    }
}

/// Skew is bounded in both directions; a long past needs an id that is signed or a token that works once.
TEST_F(PresetRules, security_s25_time_runs_out) {
  each_alternative([](const auto& document, const Alternative& one) {
    if (!one.timestamp) return;
    EXPECT_LE(one.timestamp->future, model::Seconds{300});
    EXPECT_TRUE(one.timestamp->is_signed);
    if (one.timestamp->past > model::Seconds{600}) EXPECT_TRUE((document.event && document.event->id) || one.replay_id);
  });
}

TEST_F(PresetRules, every_secret_is_told_where_to_find) {
  for (const auto& document : documents_) {
    EXPECT_FALSE(document->notes.empty()) << document->slug;
    EXPECT_TRUE(document->documentation_url.starts_with("https://")) << document->slug;
    for (const auto& secret : document->secrets) EXPECT_FALSE(secret.help.empty()) << document->slug << " " << secret.name;
    for (const auto& parameter : document->parameters) EXPECT_FALSE(parameter.help.empty()) << document->slug << " " << parameter.name;
  }
}

}  // namespace
}  // namespace valetkey
