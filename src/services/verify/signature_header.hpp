#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "services/service_document.hpp"
#include "services/verify/finding.hpp"

namespace valetkey::services::verify {

/// What the grammar of a signature's place gives.
struct SignatureTexts {
  std::vector<std::string> values;  ///< as they stand, without prefixes
  model::Pairs fields;              ///< the pairs of all items, in order: a timestamp may be among them
};

inline constexpr std::size_t kMostSignatures = 128;
inline constexpr std::size_t kMostSignatureBytes = 32 << 10;
inline constexpr std::size_t kMostTokenBytes = 1 << 20;

/// Reads `texts` (of one header, or of each of a set) by the place's items, pair, take and prefixes. Rejects with signature_missing,
/// signature_malformed and, where the place does not say `any`, signature_duplicated.
Finding<SignatureTexts> read_signatures(const SignaturePlace& place, const std::vector<std::string_view>& texts);

/// The signatures as bytes. Where `any` of several counts, those that are not of the encoding are left out; else they reject.
Finding<std::vector<std::string>> decoded_signatures(const SignaturePlace& place, const SignatureTexts& texts);

/// The value of the one field of this name; signature_malformed where it comes twice, `missing` where it is not there.
Finding<std::string_view> single_field(const model::Pairs& fields, std::string_view name, Reason missing);

/// Whether a lower-case header name fits a pattern with one `*`.
bool fits(std::string_view name, std::string_view pattern);

}  // namespace valetkey::services::verify
