#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/integration.hpp"
#include "model/url.hpp"

namespace valetkey::model {

/// Which plain http a URL may use.
enum class PlainHttp {
  kRefused,
  kLoopback,  ///< at 127.0.0.0/8, ::1 or localhost
};

/// What is wrong with the template of a URL that receives a secret, a code or a token, or nullopt (S3). In its host a value from an
/// end user, a callback or a token response is one whole label before a literal suffix of two labels or more, or a member of a closed
/// list; only the operator fills a host freely. A template may begin with a placeholder that holds a whole origin: the operator's, one
/// of a closed list, or one with host suffixes.
std::optional<std::string> check_url_template(std::string_view text, std::span<const Placeholder> placeholders, PlainHttp plain_http);

/// The placeholders that stand in the scheme, host or port.
std::vector<std::string> host_placeholder_names(std::string_view url_template);

/// A template in two: up to the path, and the path; nullopt where there is a query or no URL.
std::optional<std::pair<std::string, std::string>> split_base_uri(std::string_view url_template);

/// The filled URL, checked again after filling on the parsed host (S3, S5). kInvalidInput says which value does not fit.
Result<Url> fill_url(std::string_view text, std::span<const Placeholder> placeholders, const std::map<std::string, std::string>& values);

/// The same checks, but the text as it was written and filled: an issuer is compared byte by byte (RFC 9207 2.4).
Result<std::string> fill_url_text(std::string_view text, std::span<const Placeholder> placeholders,
                                  const std::map<std::string, std::string>& values);

}  // namespace valetkey::model
