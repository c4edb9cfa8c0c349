#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/error.hpp"

namespace valetkey::model {

/// Names and values in their order, decoded. The same type as `Parameters` of an integration.
using Pairs = std::vector<std::pair<std::string, std::string>>;

struct FormLimits {
  std::size_t most_bytes = 1 << 20;  ///< of the encoded text
  std::size_t most_pairs = 256;
};

/// application/x-www-form-urlencoded (RFC 6749 appendix B): a space becomes `+`.
std::string to_form(const Pairs& pairs);

/// Reads a form body or the query of a URL (without its `?`). A part without `=` has an empty value, empty parts are skipped. What is
/// not UTF-8 becomes `?`, so that every name and value may be stored and answered as JSON.
/// kMalformedRequest for a broken escape, kPayloadTooLarge beyond the limits.
Result<Pairs> parse_form(std::string_view text, FormLimits limits = {});

/// The value of `name`, nullopt if it is absent; kMalformedRequest if it comes twice (RFC 6749 3.1).
Result<std::optional<std::string>> single_value(const Pairs& pairs, std::string_view name);

}  // namespace valetkey::model
