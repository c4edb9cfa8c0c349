#include "services/document/spelling.hpp"

#include <array>

namespace valetkey::services {
namespace {

template <class Enum, std::size_t Size>
using Table = std::array<std::pair<std::string_view, Enum>, Size>;

constexpr Table<Encoding, 3> kEncodings{{{"hex", Encoding::kHex}, {"base64", Encoding::kBase64}, {"base64url", Encoding::kBase64Url}}};
constexpr Table<HashAlgorithm, 4> kHashes{{{"sha1", HashAlgorithm::kSha1},
                                           {"sha256", HashAlgorithm::kSha256},
                                           {"sha384", HashAlgorithm::kSha384},
                                           {"sha512", HashAlgorithm::kSha512}}};
constexpr Table<AsymmetricAlgorithm, 6> kAsymmetric{{{"ed25519", AsymmetricAlgorithm::kEd25519},
                                                     {"ecdsa_p256", AsymmetricAlgorithm::kEcdsaP256},
                                                     {"ecdsa_p384", AsymmetricAlgorithm::kEcdsaP384},
                                                     {"rsa_sha1", AsymmetricAlgorithm::kRsaSha1},
                                                     {"rsa_sha256", AsymmetricAlgorithm::kRsaSha256},
                                                     {"rsa_pss_sha512", AsymmetricAlgorithm::kRsaPssSha512}}};
// `none` is not among them and never will be.
constexpr Table<JwtAlgorithm, 10> kJwt{{{"HS256", JwtAlgorithm::kHs256},
                                        {"HS384", JwtAlgorithm::kHs384},
                                        {"HS512", JwtAlgorithm::kHs512},
                                        {"RS256", JwtAlgorithm::kRs256},
                                        {"RS384", JwtAlgorithm::kRs384},
                                        {"RS512", JwtAlgorithm::kRs512},
                                        {"ES256", JwtAlgorithm::kEs256},
                                        {"ES384", JwtAlgorithm::kEs384},
                                        {"EdDSA", JwtAlgorithm::kEdDsa},
                                        {"PS256", JwtAlgorithm::kPs256}}};
constexpr Table<Scheme, 7> kSchemes{{{"hmac", Scheme::kHmac},
                                     {"hash", Scheme::kHash},
                                     {"asymmetric", Scheme::kAsymmetric},
                                     {"jwt", Scheme::kJwt},
                                     {"static", Scheme::kStatic},
                                     {"basic", Scheme::kBasic},
                                     {"url_secret", Scheme::kUrlSecret}}};
constexpr Table<KeySource::Decode, 7> kDecodes{{{"utf8", KeySource::Decode::kUtf8},
                                                {"hex", KeySource::Decode::kHex},
                                                {"base64", KeySource::Decode::kBase64},
                                                {"base64url", KeySource::Decode::kBase64Url},
                                                {"pem", KeySource::Decode::kPem},
                                                {"spki_base64", KeySource::Decode::kSpkiBase64},
                                                {"raw_hex", KeySource::Decode::kRawHex}}};
constexpr Table<KeySource::Derive, 3> kDerives{
    {{"none", KeySource::Derive::kNone}, {"sha1", KeySource::Derive::kSha1}, {"sha256", KeySource::Derive::kSha256}}};
constexpr Table<TimeUnit, 4> kTimeUnits{
    {{"s", TimeUnit::kSeconds}, {"ms", TimeUnit::kMilliseconds}, {"rfc3339", TimeUnit::kRfc3339}, {"http_date", TimeUnit::kHttpDate}}};
constexpr Table<BodyDigest::From, 3> kDigestPlaces{
    {{"claim", BodyDigest::From::kClaim}, {"query", BodyDigest::From::kQuery}, {"header", BodyDigest::From::kHeader}}};
constexpr Table<BodyFormat, 6> kFormats{{{"json", BodyFormat::kJson},
                                         {"form", BodyFormat::kForm},
                                         {"form_json", BodyFormat::kFormJson},
                                         {"jwt_body", BodyFormat::kJwtBody},
                                         {"base64_json", BodyFormat::kBase64Json},
                                         {"none", BodyFormat::kNone}}};
constexpr Table<TokenCheck::By, 3> kChecks{
    {{"call", TokenCheck::By::kCall}, {"userinfo", TokenCheck::By::kUserinfo}, {"introspection", TokenCheck::By::kIntrospection}}};
constexpr Table<DeclaredSecret::From, 3> kSecretOrigins{{{"operator", DeclaredSecret::From::kOperator},
                                                         {"client_secret", DeclaredSecret::From::kClientSecret},
                                                         {"handshake", DeclaredSecret::From::kHandshake}}};
constexpr Table<Piece::Of, 9> kPieces{{{"raw", Piece::Of::kRaw},
                                       {"timestamp", Piece::Of::kTimestamp},
                                       {"method", Piece::Of::kMethod},
                                       {"url", Piece::Of::kUrl},
                                       {"path", Piece::Of::kPath},
                                       {"secret", Piece::Of::kSecret},
                                       {"crc32", Piece::Of::kCrc32},
                                       {"sorted_form", Piece::Of::kSortedForm},
                                       {"signed_headers", Piece::Of::kSignedHeaders}}};

}  // namespace

// clang-format off
template <> Spellings<Encoding> spellings() { return kEncodings; }
template <> Spellings<HashAlgorithm> spellings() { return kHashes; }
template <> Spellings<AsymmetricAlgorithm> spellings() { return kAsymmetric; }
template <> Spellings<JwtAlgorithm> spellings() { return kJwt; }
template <> Spellings<Scheme> spellings() { return kSchemes; }
template <> Spellings<KeySource::Decode> spellings() { return kDecodes; }
template <> Spellings<KeySource::Derive> spellings() { return kDerives; }
template <> Spellings<TimeUnit> spellings() { return kTimeUnits; }
template <> Spellings<BodyDigest::From> spellings() { return kDigestPlaces; }
template <> Spellings<BodyFormat> spellings() { return kFormats; }
template <> Spellings<TokenCheck::By> spellings() { return kChecks; }
template <> Spellings<DeclaredSecret::From> spellings() { return kSecretOrigins; }
template <> Spellings<Piece::Of> spellings() { return kPieces; }
// clang-format on

}  // namespace valetkey::services
