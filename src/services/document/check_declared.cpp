#include <fmt/format.h>

#include <algorithm>

#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

template <class Declared>
void check(const std::vector<Declared>& declared, const std::vector<NameUse>& uses, std::string_view kind, Reading& reading) {
  for (const auto& use : uses)
    if (!use.name.empty() && std::ranges::find(declared, use.name, &Declared::name) == declared.end())
      reading.fault(use.pointer, fmt::format("{} is not declared in {}", use.name, kind));
  for (std::size_t i = 0; i < declared.size(); ++i)
    if (std::ranges::find(uses, declared[i].name, &NameUse::name) == uses.end())
      reading.fault(fmt::format("/{}/{}/name", kind, i), fmt::format("{} is used nowhere", declared[i].name));
}

}  // namespace

void check_declared(const ServiceDocument& document, Reading& reading) {
  check(document.secrets, reading.secrets, "secrets", reading);
  check(document.parameters, reading.parameters, "parameters", reading);
  for (std::size_t i = 0; i < document.challenges.size(); ++i) {
    const auto& name = document.challenges[i].store_secret;
    const auto found = std::ranges::find(document.secrets, name, &DeclaredSecret::name);
    if (found != document.secrets.end() && found->from != DeclaredSecret::From::kHandshake)
      reading.fault(fmt::format("/challenges/{}/store/secret", i), fmt::format("{} is not declared with from = \"handshake\" (S31)", name));
  }
  const auto is_jwt = [](const Alternative& each) { return each.scheme == Scheme::kJwt; };
  if (std::ranges::none_of(document.verify, is_jwt))
    for (const auto& use : reading.claims) reading.fault(use.pointer, "claim() needs an alternative with the scheme jwt");
}

}  // namespace valetkey::services
