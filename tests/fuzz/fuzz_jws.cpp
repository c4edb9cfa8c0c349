// Compact JWS: what is read has one reading, and says nothing that is not understood (RFC 7515).
#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/encoding.hpp"
#include "model/json_reader.hpp"
#include "model/jws.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;

void check_token(std::string_view text) {
  const auto token = model::read_jws(text);
  if (!token) return;
  require(token->claims.is_object(), "the claims are an object");
  require(!token->signature.empty() && !token->algorithm.empty(), "there are a signature and an algorithm");
  require(text.starts_with(token->signing_input), "what is signed is what was sent");
  const auto again = std::string(token->signing_input) + "." + model::to_base64url(token->signature);
  require(again == text, "no other text has the same parts");
  const auto header = model::parse_json(*model::from_base64url(text.substr(0, text.find('.'))));
  require(header && !header->as_object().contains("crit"), "no extension is critical");
}

/// A token, or two lines: header and claims of one.
void read_token(std::string_view text) {
  check_token(text);
  (void)model::has_repeated_names(text);
  const auto header = valetkey::fuzz::take_line(text);
  check_token(model::to_base64url(header) + "." + model::to_base64url(text) + ".c2ln");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_token)
