#include "oauth/refresh_label.hpp"

#include <array>

namespace valetkey::oauth {
namespace {

/// By outcome, as Meaning counts them and `ok` behind, and by cause: read, rejected, due.
constexpr std::array<std::array<std::string_view, 3>, 6> kLabels{{
    {"grant_dead,read", "grant_dead,rejected", "grant_dead,due"},
    {"client_rejected,read", "client_rejected,rejected", "client_rejected,due"},
    {"rejected,read", "rejected,rejected", "rejected,due"},
    {"transient,read", "transient,rejected", "transient,due"},
    {"unknown,read", "unknown,rejected", "unknown,due"},
    {"ok,read", "ok,rejected", "ok,due"},
}};

}  // namespace

std::string_view refresh_label(std::optional<Meaning> failure, const Need& need) {
  const auto outcome = failure ? static_cast<std::size_t>(*failure) : kLabels.size() - 1;
  const std::size_t cause = need.is_background ? 2 : need.rejected_generation ? 1 : 0;
  return kLabels[outcome][cause];
}

}  // namespace valetkey::oauth
