#include "services/verify/jwt_algorithms.hpp"

#include <algorithm>
#include <array>

#include "services/document/spelling.hpp"

namespace valetkey::services::verify {

const JwtAlgorithm* allowed_algorithm(const std::vector<JwtAlgorithm>& allowed, std::string_view name) {
  const auto found = std::ranges::find_if(allowed, [&](JwtAlgorithm one) { return spelling(one) == name; });
  return found == allowed.end() ? nullptr : &*found;
}

const HashAlgorithm* secret_digest(JwtAlgorithm algorithm) {
  static constexpr std::array<HashAlgorithm, 3> kDigests{HashAlgorithm::kSha256, HashAlgorithm::kSha384, HashAlgorithm::kSha512};
  switch (algorithm) {
    case JwtAlgorithm::kHs256: return &kDigests[0];
    case JwtAlgorithm::kHs384: return &kDigests[1];
    case JwtAlgorithm::kHs512: return &kDigests[2];
    default: return nullptr;
  }
}

}  // namespace valetkey::services::verify
