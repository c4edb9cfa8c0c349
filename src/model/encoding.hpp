#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace valetkey::model {

std::string to_base64(std::string_view bytes);
/// Without padding, RFC 4648 section 5.
std::string to_base64url(std::string_view bytes);
std::string to_hex(std::string_view bytes);
/// Lower case, without padding, the sortable alphabet 0-9 a-v (RFC 4648 section 7).
std::string to_base32hex(std::string_view bytes);

/// Strict: nullopt for foreign characters, wrong padding or stray bits.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);
std::optional<std::string> from_hex(std::string_view text);

/// Percent-encodes every byte outside RFC 3986 `unreserved`.
std::string percent_encode(std::string_view bytes);
/// nullopt for a broken escape.
std::optional<std::string> percent_decode(std::string_view text);

/// `text` with `?` for each byte that is not UTF-8 (RFC 3629): what may stand in JSON.
std::string as_utf8(std::string_view text);
/// Appends `as_utf8(text)` as a JSON string with its quotes: for the hot paths, where a document would cost an allocation a member.
void append_json_string(std::string& out, std::string_view text);

}  // namespace valetkey::model
