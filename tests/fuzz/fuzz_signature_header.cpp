// Signatures as headers hold them: bounded, and nothing is found that the grammar does not allow.
#include "fuzz/property.hpp"
#include "services/verify/signature_header.hpp"

namespace {

using valetkey::fuzz::require;
using valetkey::services::Encoding;
using valetkey::services::SignaturePlace;
namespace verify = valetkey::services::verify;

const SignaturePlace& place(char which) {
  static const SignaturePlace kPlaces[] = {{},
                                           {.prefix = "sha256="},
                                           {.items = ",", .pair = "=", .take = "v1", .any = true},
                                           {.items = " ", .pair = ",", .take = "v1", .decode = Encoding::kBase64, .any = true},
                                           {.items = "&", .pair = "|", .any = true},
                                           {.items = ";", .pair = "=", .take = "h1", .decode = Encoding::kBase64Url},
                                           {.optional_prefix = "hmacsha256="}};
  return kPlaces[static_cast<unsigned char>(which) % std::size(kPlaces)];
}

/// The first byte chooses the place, the rest is what stands there; each line is a header of its own.
void read_header(std::string_view input) {
  if (input.empty()) return;
  const auto& one = place(input[0]);
  input.remove_prefix(1);
  std::vector<std::string_view> texts;
  while (!input.empty() && texts.size() < 8) texts.push_back(valetkey::fuzz::take_line(input));
  const auto found = verify::read_signatures(one, texts);
  if (!found) return require(found.error().starts_with("signature_"), "a rejection has its reason");
  require(!found->values.empty() && found->values.size() <= verify::kMostSignatures, "there are some, and not too many");
  require(one.any || found->values.size() == 1, "there is one where one is meant");
  for (const auto& value : found->values) require(!value.empty(), "no signature is empty");
  if (const auto bytes = verify::decoded_signatures(one, *found))
    for (const auto& each : *bytes) require(!each.empty(), "no signature is empty bytes");
  (void)verify::single_field(found->fields, "t", "timestamp_missing");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_header)
