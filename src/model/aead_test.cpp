#include "model/aead.hpp"

#include <gtest/gtest.h>

#include "model/encoding.hpp"

namespace valetkey::model {
namespace {

std::string hex(std::string_view text) { return from_hex(text).value(); }

// Test case 16 of the GCM specification (McGrew and Viega, appendix B).
TEST(Aead, security_s40_agrees_with_the_specification) {
  const auto key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const auto nonce = hex("cafebabefacedbaddecaf888");
  const auto associated = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const auto plain =
      hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  std::string sealed = "head";
  aead_seal(sealed, key, nonce, associated, plain);
  EXPECT_EQ(to_hex(sealed),
            "68656164"
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto opened = aead_open(key, nonce, associated, std::string_view(sealed).substr(4));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), plain);
}

TEST(Aead, seals_nothing_and_short_texts) {
  const std::string key(32, 'k');
  const std::string nonce(12, 'n');
  for (const std::string_view plain : {"", "x", "fifteen bytes..", "sixteen bytes..."}) {
    std::string sealed;
    aead_seal(sealed, key, nonce, "", plain);
    EXPECT_EQ(sealed.size(), plain.size() + kAeadTagBytes);
    const auto opened = aead_open(key, nonce, "", sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), plain);
  }
}

TEST(Aead, security_s40_opens_nothing_that_differs) {
  const std::string key(32, 'k');
  const std::string nonce(12, 'n');
  std::string sealed;
  aead_seal(sealed, key, nonce, "associated", "plain");
  EXPECT_FALSE(aead_open(std::string(32, 'K'), nonce, "associated", sealed));
  EXPECT_FALSE(aead_open(key, std::string(12, 'N'), "associated", sealed));
  EXPECT_FALSE(aead_open(key, nonce, "associate", sealed));
  EXPECT_FALSE(aead_open(key, nonce, "", sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) EXPECT_FALSE(aead_open(key, nonce, "associated", std::string_view(sealed).substr(0, i)));
  EXPECT_THROW(aead_open("short", nonce, "", sealed), std::logic_error);
}

}  // namespace
}  // namespace valetkey::model
