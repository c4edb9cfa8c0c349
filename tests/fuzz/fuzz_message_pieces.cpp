// The signed bytes that are more than one value: the order of what arrived does not change them where the scheme sorts.
#include <algorithm>
#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/json_reader.hpp"
#include "services/verify/jwt_claims.hpp"
#include "services/verify/message_pieces.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;
namespace services = valetkey::services;
namespace verify = services::verify;

/// The first line is a form or query, the rest a JSON body.
void make_pieces(std::string_view input) {
  const auto line = valetkey::fuzz::take_line(input);
  if (auto pairs = model::parse_form(line)) {
    const services::Piece piece{.of = services::Piece::Of::kSortedQuery, .text = "&", .pair = "=", .names = {"hmac"}};
    const auto form = verify::sorted_form(*pairs);
    require(form.size() <= line.size(), "nothing is added to a form");
    (void)verify::sorted_query(*pairs, piece);
    std::ranges::reverse(*pairs);
    require(form == verify::sorted_form(*pairs), "a form is sorted, however it arrived");
  }
  const auto decoded = verify::with_escapes_decoded(line);
  require(decoded.size() <= line.size(), "an escape becomes one byte");
  for (const auto& word : verify::words(line)) require(!word.empty() && !word.contains(' '), "a word has no spaces");
  services::Incoming request{.method = "GET", .path = {}, .query_text = std::string(line), .headers = {}, .body = {}, .public_url = {}};
  require(verify::query_hash(request, "/p").size() == 64, "a query has a hash");
  if (const auto body = model::parse_json(input)) (void)verify::lines({"Message", "MessageId", "a.b"}, *body);
}

}  // namespace

VALETKEY_FUZZ_TARGET(make_pieces)
