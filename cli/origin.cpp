#include "cli/origin.hpp"

#include <fmt/format.h>

#include "cli/profiles.hpp"
#include "cli/text.hpp"
#include "model/url.hpp"

namespace valetkey::cli {
namespace {

constexpr std::string_view kDefaultUrl = "http://127.0.0.1:8420";
constexpr auto kNoProfile = "`valetkey profile list` shows them, `valetkey profile add NAME` makes one";

Outcome<Origin> of_profile(const Profiles& profiles, const std::string& name) {
  const auto found = profiles.named.find(name);
  if (found == profiles.named.end()) return fail(kUsage, fmt::format("there is no profile {}", printable(name)), kNoProfile);
  const auto& [url, key, ca_file] = found->second;
  return Origin{.url = url, .key = key, .ca_file = ca_file, .profile = name};
}

Outcome<Profiles> known_profiles(const Environment& environment) {
  auto path = profiles_path(environment);
  if (!path) return Profiles{};
  return load_profiles(*path);
}

Outcome<Origin> named(const Common& common, const Environment& environment) {
  auto profiles = known_profiles(environment);
  if (!profiles) return fail(std::move(profiles.error()));
  auto origin = of_profile(*profiles, common.profile);
  if (!origin || common.url.empty()) return origin;
  auto url = checked_url(common.url, common.is_insecure);
  if (!url) return fail(std::move(url.error()));
  if (*url == origin->url) return origin;
  return fail(kUsage, fmt::format("--url {} is not the URL of profile {}: its key goes to no other broker", *url, common.profile),
              "leave one of the two out, or give the key in VALETKEY_API_KEY and no profile");
}

/// The profile in use, or an origin without anything.
Outcome<Origin> in_use(const Environment& environment) {
  auto profiles = known_profiles(environment);
  if (!profiles) return fail(std::move(profiles.error()));
  const auto chosen = environment.get("VALETKEY_PROFILE").value_or(profiles->current);
  if (chosen.empty()) return Origin{};
  return of_profile(*profiles, chosen);
}

Outcome<Origin> unchecked(const Common& common, const Environment& environment) {
  if (!common.profile.empty()) return named(common, environment);
  auto key = environment.take("VALETKEY_API_KEY");
  const auto url = !common.url.empty() ? common.url : environment.get("VALETKEY_URL").value_or("");
  if (!url.empty() && !key.empty()) return Origin{.url = url, .key = std::move(key), .ca_file = {}, .profile = {}};
  auto origin = in_use(environment);
  if (!origin) return origin;
  if (!key.empty()) return Origin{.url = origin->url, .key = std::move(key), .ca_file = origin->ca_file, .profile = {}};
  if (url.empty()) return origin;
  auto checked = checked_url(url, common.is_insecure);
  if (!checked) return fail(std::move(checked.error()));
  if (*checked == origin->url) return origin;
  return Origin{.url = *checked, .key = {}, .ca_file = {}, .profile = {}};
}

}  // namespace

Outcome<std::string> checked_url(const std::string& text, bool is_insecure) {
  const auto url = model::parse_url(text);
  if (!url) return fail(kUsage, fmt::format("the URL of the broker, {}: {}", printable(text), url.error().detail));
  if (url->has_query) return fail(kUsage, fmt::format("the URL of the broker, {}: it must not have a query", printable(text)));
  if (url->scheme == "http" && !model::is_loopback(*url) && !is_insecure)
    return fail(kUsage, fmt::format("the URL of the broker, {}: the key would go over the network in clear", printable(text)),
                "use https, or --insecure where the network is trusted");
  auto out = model::to_string(*url);
  while (out.ends_with('/')) out.pop_back();
  return out;
}

Outcome<Origin> origin_of(const Common& common, const Environment& environment) {
  auto origin = unchecked(common, environment);
  if (!origin) return origin;
  if (origin->url.empty()) origin->url = kDefaultUrl;
  auto url = checked_url(origin->url, common.is_insecure);
  if (!url) return fail(std::move(url.error()));
  origin->url = std::move(*url);
  if (!common.ca_file.empty()) origin->ca_file = common.ca_file;
  else if (origin->ca_file.empty()) origin->ca_file = environment.get("VALETKEY_CA_FILE").value_or("");
  return origin;
}

}  // namespace valetkey::cli
