#pragma once
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/integration.hpp"
#include "model/url_template.hpp"

namespace valetkey::model {

/// The URLs of a record, by the names they have everywhere. All but `issuer` are called or opened.
struct UrlMember {
  std::string_view name;
  std::string Integration::* member;
};
inline constexpr UrlMember kUrlMembers[] = {{"authorization_url", &Integration::authorization_url},
                                            {"token_url", &Integration::token_url},
                                            {"refresh_url", &Integration::refresh_url},
                                            {"revocation_url", &Integration::revocation_url},
                                            {"introspection_url", &Integration::introspection_url},
                                            {"userinfo_url", &Integration::userinfo_url},
                                            {"base_uri", &Integration::base_uri},
                                            {"issuer", &Integration::issuer}};

/// Fixed parameters of a request, and which names in them would take over what the broker decides.
enum class ParameterPlace { kAuthorization, kToken, kRefresh };

/// What is wrong with a fixed parameter of this name, or nullopt: state, PKCE, redirect URI, client and grant are the broker's.
std::optional<std::string> check_parameter_name(std::string_view name, ParameterPlace place);

/// What is wrong with a URL of the record besides its template: a value in it that is not known yet when it is used.
std::optional<std::string> check_known_in_time(std::string_view url_name, std::string_view text,
                                               const std::vector<Placeholder>& placeholders);

/// What is wrong with a text that may name placeholders, besides `reserved` ones, or nullopt.
std::optional<std::string> check_placeholders_in(std::string_view text, const std::vector<Placeholder>& placeholders,
                                                 std::span<const std::string_view> reserved = {});

/// Every placeholder that a URL, parameter or header of the record names.
std::set<std::string> used_placeholders(const Integration& integration);

/// Whether a look-up of the record fills this placeholder.
bool is_looked_up(const Integration& integration, std::string_view placeholder);

/// The look-ups of a record: their URLs (S3), what is known when each is made, and what they fill. Adds to `errors`.
void check_lookups(const Integration& integration, PlainHttp plain_http, std::vector<FieldError>& errors);

/// What an integration may set in the calls to its API, and the signs by which it reads their answers. Adds to `errors`.
void check_proxy(const Integration& integration, std::vector<FieldError>& errors);

/// Rules over a whole record: every placeholder used is declared, every declared one is used or captured, and S3. Adds to `errors`.
void check_record(const Integration& integration, PlainHttp plain_http, std::vector<FieldError>& errors);

}  // namespace valetkey::model
