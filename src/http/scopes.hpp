#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace valetkey::http {

/// What a key may do (S17): a closed list.
enum class Scope : std::uint8_t {
  kIntegrationsRead,
  kIntegrationsWrite,
  kCredentialsRead,
  kCredentialsWrite,
  kConnectionsRead,
  kConnectionsWrite,
  kConnectRead,
  kConnectWrite,
  kServicesRead,
  kServicesWrite,
  kDestinationsRead,
  kDestinationsWrite,
  kEndpointsRead,
  kEndpointsWrite,
  kTokensRead,
  kTokensRefresh,
  kProxy,
  kEventsRead,
  kEventsRaw,
  kEventsReplay,
  kKeysWrite,
  kAuditRead,
  kMetricsRead,
  kSecretsExport,
};
inline constexpr std::size_t kScopeCount = static_cast<std::size_t>(Scope::kSecretsExport) + 1;

std::string_view to_string(Scope scope);
std::optional<Scope> parse_scope(std::string_view text);

class ScopeSet {
 public:
  constexpr ScopeSet() = default;
  constexpr ScopeSet(std::initializer_list<Scope> scopes) {
    for (const auto scope : scopes) add(scope);
  }
  static constexpr ScopeSet all() {
    ScopeSet set;
    set.bits_ = (std::uint32_t{1} << kScopeCount) - 1;
    return set;
  }
  constexpr void add(Scope scope) { bits_ |= bit(scope); }
  [[nodiscard]] constexpr bool has(Scope scope) const { return (bits_ & bit(scope)) != 0; }
  [[nodiscard]] constexpr bool includes(ScopeSet other) const { return (other.bits_ & ~bits_) == 0; }
  [[nodiscard]] constexpr ScopeSet without(ScopeSet other) const {
    ScopeSet set;
    set.bits_ = bits_ & ~other.bits_;
    return set;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(ScopeSet, ScopeSet) = default;

  /// In the order of the list above.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Ignores names that are not scopes: a key of a later version keeps what this one knows.
  static ScopeSet of(const std::vector<std::string>& names);

 private:
  static constexpr std::uint32_t bit(Scope scope) { return std::uint32_t{1} << static_cast<unsigned>(scope); }
  std::uint32_t bits_ = 0;
};

}  // namespace valetkey::http
