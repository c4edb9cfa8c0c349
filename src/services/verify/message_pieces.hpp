#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/form.hpp"
#include "services/service_document.hpp"

namespace valetkey::services::verify {

// The pieces of a signed message that are more than one value.

/// Name and value of each pair in the order of the names; repeated values of a name once, in their order (Twilio, Mandrill).
std::string sorted_form(const model::Pairs& form);
/// As a sorted_query piece says: name, pair, value, joined, without those it leaves out; the values of a repeated name with commas.
std::string sorted_query(const model::Pairs& query, const Piece& piece);
/// `name\nvalue\n` of the members that are there, in the order of `names` (Amazon SNS).
std::string lines(const std::vector<std::string>& names, const boost::json::value& body);
/// What HubSpot decodes in a URL before it signs it; other escapes stay as they are.
std::string with_escapes_decoded(std::string_view url);
/// Words in lower case, between spaces.
std::vector<std::string> words(std::string_view text);

}  // namespace valetkey::services::verify
