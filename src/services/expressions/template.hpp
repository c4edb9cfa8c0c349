#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "services/service_document.hpp"

namespace valetkey::services {

/// A run of literal text or one value.
struct TemplatePiece {
  enum class Of { kText, kExpression, kSecret, kHmac };
  Of of = Of::kText;
  std::string text{};        ///< kText: the text; kSecret, kHmac: the secret's name
  Expr expression{};         ///< kExpression, kHmac
  HashAlgorithm algorithm = HashAlgorithm::kSha256;
  Encoding encoding = Encoding::kHex;
};

/// A TEMPLATE of a document, read. Immutable.
struct Template {
  std::vector<TemplatePiece> pieces;
};

inline constexpr std::size_t kMostTemplateBytes = 4096;
inline constexpr std::size_t kMostTemplatePieces = 32;
/// Of one value in a reply, and of a whole text.
inline constexpr std::size_t kMostFilledBytes = 64 << 10;

/// What may be answered through an HMAC: `[A-Za-z0-9+/=_-]{1,128}` (S26).
bool is_signable(std::string_view text);
/// A character of what may be.
bool is_signable(char c);

bool has_secret(const Template& text);
/// Whether there is nothing to fill in.
bool is_constant(const Template& text);

}  // namespace valetkey::services
