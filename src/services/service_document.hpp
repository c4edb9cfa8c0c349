#pragma once
#include <boost/json/value.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/time.hpp"

namespace valetkey::services {

struct Expression;  ///< services/expressions/expression.hpp
using Expr = std::shared_ptr<const Expression>;  ///< null: absent
struct Template;    ///< services/expressions/template.hpp: text with {EXPR}
using Text = std::shared_ptr<const Template>;

/// One test of a request; all of a list must hold. `equals` absent: it must be there.
struct Condition {
  enum class Of { kMethod, kHeader, kQuery, kForm, kBody, kContentType, kSecret };
  Of of = Of::kMethod;
  std::string name;                   ///< header in lower case, dotted path, ...
  std::optional<std::string> equals;
  bool is_not = false;
};

/// A value that must equal another, compared in constant time. `equals` null: it must be there and not empty.
struct Check {
  Expr value;
  Text equals;
};

enum class Encoding { kHex, kBase64, kBase64Url };
enum class HashAlgorithm { kSha1, kSha256, kSha384, kSha512 };
enum class AsymmetricAlgorithm { kEd25519, kEcdsaP256, kEcdsaP384, kRsaSha1, kRsaSha256, kRsaPssSha512 };
enum class JwtAlgorithm { kHs256, kHs384, kHs512, kRs256, kRs384, kRs512, kEs256, kEs384, kEdDsa, kPs256 };

/// Where a key comes from: exactly one of secret, jwks, certificate_url, key_endpoint.
struct KeySource {
  enum class Decode { kUtf8, kHex, kBase64, kBase64Url, kPem, kSpkiBase64, kRawHex };
  enum class Derive { kNone, kSha1, kSha256 };
  std::string secret;
  std::string strip_prefix;
  Decode decode = Decode::kUtf8;
  Derive derive = Derive::kNone;
  Expr select;                        ///< of secrets `id:value`, the one with this id
  std::string jwks;                   ///< URL
  Expr certificate_url;
  std::string path_suffix;            ///< of a certificate URL
  std::vector<std::string> names;     ///< one of them must be a name of the certificate
  std::string endpoint_url;           ///< key endpoint
  std::string endpoint_method = "POST";
  std::map<std::string, Text> endpoint_json;
  std::string endpoint_key;           ///< dotted path of the JWK in the answer
  std::string endpoint_expired;       ///< dotted path of a time after which it is none; empty: not told
  std::vector<std::string> hosts;     ///< pinned; a `*` is one label
};

struct SignaturePlace {
  enum class From { kHeader, kHeaders, kQuery, kForm, kBody, kItem, kBearer, kAuthorization };
  From from = From::kHeader;
  std::string name;                   ///< header in lower case (kHeaders: with one `*`), parameter or dotted path
  std::string items;                  ///< separator of a list; empty: one value
  std::string pair;                   ///< separator of name and value; empty: no names
  std::string take;                   ///< the name to take
  std::string prefix;                 ///< must be there and is removed
  std::string optional_prefix;
  Encoding decode = Encoding::kHex;
  bool any = false;                   ///< several signatures: one match is enough
};

struct Piece {
  enum class Of {
    kRaw,
    kConst,
    kTimestamp,
    kMethod,
    kUrl,
    kPath,
    kSecret,
    kCrc32,
    kHeader,
    kQuery,
    kForm,
    kBody,
    kParameter,
    kSortedForm,
    kSortedQuery,
    kLines,
    kJoin,
    kDigest,
    kSignedHeaders
  };
  Of of = Of::kRaw;
  std::string text;                   ///< constant, name, path, or separator of kJoin and kSortedQuery
  std::string pair;                   ///< kSortedQuery: between name and value
  std::vector<std::string> names;     ///< kLines, kJoin: paths; kSortedQuery: those left out
  bool without_query = false;         ///< kUrl
  bool decode_escapes = false;        ///< kUrl: HubSpot v3
  HashAlgorithm digest = HashAlgorithm::kSha256;
  Encoding encoding = Encoding::kHex;
};

enum class TimeUnit { kSeconds, kMilliseconds, kRfc3339, kHttpDate };

struct TimestampRule {
  enum class From { kHeader, kSignature, kBody, kQuery };
  From from = From::kHeader;
  std::string name;                   ///< header, name in the signature's pairs, path, parameter
  TimeUnit unit = TimeUnit::kSeconds;
  model::Seconds past{300};
  model::Seconds future{300};
  bool is_signed = true;
};

struct BodyDigest {
  enum class From { kClaim, kQuery, kHeader };
  From from = From::kClaim;
  std::string name;
  HashAlgorithm algorithm = HashAlgorithm::kSha256;
  Encoding encoding = Encoding::kHex;
};

struct ClaimRules {
  std::vector<std::string> issuers;   ///< empty: any
  Text audience;                      ///< null: not compared
  Text email;
  std::map<std::string, Text> require;  ///< dotted path -> value
  bool query_hash = false;            ///< Atlassian's `qsh`
  std::optional<model::Seconds> max_age;  ///< of `iat`
  model::Seconds leeway{60};
};

enum class Scheme { kHmac, kHash, kAsymmetric, kJwt, kStatic, kBasic, kUrlSecret };

/// One way to prove that a request is the application's.
struct Alternative {
  std::string name;
  std::vector<Condition> when;
  Scheme scheme = Scheme::kHmac;
  HashAlgorithm hash = HashAlgorithm::kSha256;                         ///< hmac, hash
  AsymmetricAlgorithm asymmetric = AsymmetricAlgorithm::kEd25519;
  std::vector<JwtAlgorithm> algorithms;                                ///< jwt
  KeySource key;
  SignaturePlace signature;
  std::vector<Piece> message;
  std::optional<TimestampRule> timestamp;
  std::optional<BodyDigest> body_digest;
  std::optional<ClaimRules> claims;
  bool covers_body = true;
  std::vector<Check> identity;        ///< S27
  Expr replay_id;                     ///< works once within `replay_for`
  model::Seconds replay_for{0};
  bool needs_choice = false;          ///< weak: only with the parameter allow_weak = "true"
};

struct ReplyRule {
  int status = 200;
  std::string content_type;           ///< empty: no body
  std::vector<std::pair<std::string, Text>> headers;
  Text body;                          ///< null: empty, or `json`
  std::vector<std::pair<std::string, Text>> json;
};

struct Challenge {
  std::vector<Condition> when;
  bool is_signed = false;
  std::vector<Check> check;
  ReplyRule reply;
  std::string store_secret;           ///< S31; empty: none
  Expr store_value;
  Expr fetch_url;
  std::vector<std::string> fetch_hosts;
};

struct TypedReply {
  std::string type;
  ReplyRule reply;
};

struct Acknowledgement {
  ReplyRule reply;
  std::vector<TypedReply> by_type;
  std::optional<model::Seconds> deadline;
};

enum class BodyFormat { kJson, kForm, kFormJson, kJwtBody, kBase64Json, kNone };

struct ParseRule {
  BodyFormat format = BodyFormat::kJson;
  std::string field;                  ///< kFormJson
  std::string path;                   ///< kBase64Json
  std::string split;                  ///< empty: one event; "$": the body is the list
  bool lists = false;                 ///< a list is split, anything else is one event
};

struct TimeExpr {
  Expr value;
  TimeUnit unit = TimeUnit::kSeconds;
};

struct EventRule {
  Expr type, id, app_user_id;
  std::optional<model::Seconds> window;
  std::string payload = "$";
  std::optional<TimeExpr> occurred_at;
  std::vector<Check> skip_when;       ///< any
  std::vector<Check> valid_when;      ///< all
};

struct ActionForm {
  std::vector<Condition> when;
  ParseRule parse;
  Expr type, action_id, app_user_id, id, response_url;
  std::string payload = "$";
  ReplyRule reply;
  bool needs_reply = false;
};

struct ActionRule {
  model::Seconds deadline{3};
  std::vector<ActionForm> forms;
};

/// A test of an API's answer.
struct AnswerTest {
  std::vector<int> status;            ///< one of; empty: not a test of the status
  Expr value;
  std::optional<std::string> equals;  ///< absent: there and not null
  bool is_not = false;
};

struct TokenCheck {
  enum class By { kCall, kUserinfo, kIntrospection };
  By by = By::kCall;
  std::string method = "GET";
  std::string path;
  std::string body;
  std::string content_type;
  std::vector<AnswerTest> valid;                   ///< all
  std::vector<std::vector<AnswerTest>> invalid;    ///< one of them whole
  Expr reason, account, scopes;
  std::optional<TimeExpr> expires_at;
};

struct DeclaredSecret {
  enum class From { kOperator, kClientSecret, kHandshake };
  std::string name, title, help;
  From from = From::kOperator;
  bool is_optional = false;
};
struct DeclaredParameter {
  std::string name, title, help;
  bool is_optional = false;
};

/// A service document as it was read and found sound (catalog/presets/README.md). Immutable.
struct ServiceDocument {
  std::string slug, title, documentation_url, checked_on, confidence, notes;
  std::vector<DeclaredSecret> secrets;
  std::vector<DeclaredParameter> parameters;
  std::vector<Alternative> verify;
  std::vector<Challenge> challenges;
  int refusal_status = 401;
  std::optional<Acknowledgement> acknowledge;
  std::optional<ParseRule> parse;
  std::optional<EventRule> event;
  Expr map_connect;
  std::optional<ActionRule> action;
  std::optional<TokenCheck> token_check;

  /// Whether it has the parts of a kind: webhook_parser, ...
  [[nodiscard]] bool serves(std::string_view kind) const;
};

}  // namespace valetkey::services
