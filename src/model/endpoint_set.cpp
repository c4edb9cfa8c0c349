#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/enum_spelling.hpp"

namespace valetkey::model {
namespace {

/// One part for a whole list, so that its items cannot pass for the next member.
template <class Pairs>
std::string joined(const Pairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) out += length_prefixed({name, value});
  return out;
}

}  // namespace

std::string EndpointSet::hash() const {
  auto text = length_prefixed({"endpoint_set.1", client_id, authorization_url, token_url, refresh_url, revocation_url, introspection_url,
                               userinfo_url, sealed_base_uri.empty() ? base_uri : sealed_base_uri, issuer, redirect_uri,
                               spelling(client_authentication), joined(proxy_headers), joined(placeholders), joined(host_rules),
                               joined(config_services)});
  // Members that came later: sets without them keep the hash that their secrets were sealed under.
  if (!proxy_query.empty()) text += length_prefixed({"proxy_query", joined(proxy_query)});
  if (!lookups.empty()) text += length_prefixed({"lookups", joined(lookups)});
  return to_hex(sha256(text));
}

}  // namespace valetkey::model
