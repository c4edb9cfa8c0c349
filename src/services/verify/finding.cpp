#include "services/verify/finding.hpp"

#include <fmt/format.h>

#include "model/error.hpp"

namespace valetkey::services::verify {

std::string shown(std::string_view bytes) { return fmt::format("{} bytes: {}", bytes.size(), model::clipped(bytes)); }

}  // namespace valetkey::services::verify
