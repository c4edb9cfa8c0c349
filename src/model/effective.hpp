#pragma once
#include <map>
#include <string>
#include <string_view>

#include "model/credential.hpp"
#include "model/integration.hpp"

namespace valetkey::model {

/// The integration's record with what the operator typed over it.
Integration effective_integration(const Integration& integration, const Overrides& overrides);

/// Member of a credential -> where its effective value comes from: "operator", "integration" or "default". Members of
/// `config_services` and `placeholders` are told one by one, as `config_services.webhook_parser`.
std::map<std::string, std::string> origins(const Credential& credential, const Integration& integration);

/// The presets of the integration under the credential's own choice; a kind the operator turned off is left out.
std::map<std::string, std::string> effective_config_services(const Credential& credential, const Integration& integration);

/// All that S1 names, as of now; number, revision, secrets and time are the caller's. `own_redirect_uri` is the broker's callback,
/// in force unless the operator set a foreign one.
EndpointSet make_endpoint_set(const Credential& credential, const Integration& integration, std::string_view own_redirect_uri);

/// What requests are built from: the live record's quirks, but all that S1 names from the frozen set.
Integration in_force(const Integration& live, const Overrides& overrides, const EndpointSet& set);

/// Values of a connection and of its endpoint set; the operator's win.
std::map<std::string, std::string> values_in_force(const EndpointSet& set, std::map<std::string, std::string> fields);

/// Whether all that S1 names is equal, as it is in force.
bool same_endpoints(const EndpointSet& a, const EndpointSet& b);

/// The exemption of S1: all is equal but the path of `base_uri`, which only gets longer by whole segments.
bool only_narrows_base_path(const EndpointSet& before, const EndpointSet& after);

/// Whether the live record would make another set than the stored one: worth a warning, never a silent change.
bool has_catalogue_drift(const Credential& credential, const Integration& live, const EndpointSet& stored,
                         std::string_view own_redirect_uri);

/// S2: `/oauth/callback/{integration}` serves only records of the catalogue whose authorization URL, token URL and issuer are the
/// record's own literals; all others need a callback key in the path.
bool needs_callback_key(const Integration& integration, const Overrides& overrides);

/// `/oauth/callback/{integration}[/{callback_key}]`.
std::string callback_path(std::string_view integration, std::string_view callback_key);

}  // namespace valetkey::model
