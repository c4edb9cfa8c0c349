#pragma once
#include "oauth/client.hpp"
#include "oauth/lookup_choice.hpp"

namespace valetkey::oauth {

/// The request of one look-up: the token stands where calls to the API have it, and what a look-up still has to fill is left out. Pure.
/// kInvalidInput for a value that does not fit.
model::Result<ports::HttpRequest> lookup_request(const Client& client, const model::LookUp& lookup, const Fields& fields,
                                                 const model::Secret& access_token);

/// What is known before the look-ups of an integration are made.
struct LookUpStart {
  const model::Secret& access_token;
  Fields fields;    ///< of the connection so far
  Fields earlier;   ///< what the renewed connection has, or the platform gave: kept where the account still has it
};

/// Makes the declared look-ups of an integration with a new token (S1: at the URLs of the endpoint set; S38: GET, 5 at most, 1 MiB) and
/// answers the connection's fields with what they found. Each value is checked by its placeholder, and the base URI that comes of them
/// by S3. Makes no call where the integration declares none.
ports::Task<std::expected<Fields, LookUpFailure>> look_up(Context& context, const Client& client, LookUpStart start);

}  // namespace valetkey::oauth
