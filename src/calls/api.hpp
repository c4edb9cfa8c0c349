#pragma once
#include <string>
#include <vector>

#include "calls/token_text.hpp"
#include "model/url.hpp"

namespace valetkey::oauth {
struct Access;
}

namespace valetkey::calls {

struct FixedHeader {
  std::string name;  ///< lower case
  TokenText value;
};

struct FixedParameter {
  std::string name;  ///< decoded, lower case
  TokenText text;    ///< `name=value` as it goes on the wire; the token is to be percent-encoded
};

/// Where the calls for a connection go and what each of them carries, worked out once (S15, S16).
struct Api {
  model::Url base;
  model::Url origin;      ///< of `base`, and nothing else of it
  std::string base_path;  ///< of `base`, without a slash at its end
  std::vector<FixedHeader> headers;
  std::vector<FixedParameter> query;
  bool reads_bodies = false;  ///< an answer's body can tell that the token has expired: it must come as it is, not compressed
};

/// kConflict when the credential has no usable base URI, or a header or parameter lacks a value.
model::Result<Api> api_of(const oauth::Access& access);

}  // namespace valetkey::calls
