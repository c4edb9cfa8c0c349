#pragma once
#include <boost/json/value.hpp>

#include "services/verify/request_view.hpp"
#include "services/verify/signature_header.hpp"

namespace valetkey::services::verify {

/// The signatures of a request, or of one `item` of it, by their place and its grammar.
Finding<SignatureTexts> signature_texts(const SignaturePlace& place, RequestView& view, const boost::json::value* item, Trace& trace);

/// How a place is called in a step: `header x-sig`.
std::string name_of(const SignaturePlace& place);

}  // namespace valetkey::services::verify
