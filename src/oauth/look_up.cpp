#include "oauth/look_up.hpp"

#include <boost/json.hpp>

#include "model/integration_rules.hpp"
#include "model/json_reader.hpp"
#include "model/placeholder_text.hpp"
#include "model/url.hpp"

namespace valetkey::oauth {
namespace {

using model::Code;
using model::Result;

std::unexpected<LookUpFailure> failed(const model::LookUp& lookup, model::Error error) {
  return std::unexpected(
      LookUpFailure{.code = "lookup_failed", .error = model::in_context(std::move(error), "look up the " + lookup.name)});
}

std::unexpected<LookUpFailure> failed(const model::LookUp& lookup, Code code, std::string detail) {
  return failed(lookup, model::Error{.code = code, .detail = std::move(detail)});
}

/// The integration's headers or parameters of API calls, without those that a look-up still has to fill.
Result<model::Parameters> placed(const model::Parameters& declared, const model::Integration& integration, const Fields& values,
                                 model::Where where) {
  model::Parameters out;
  for (const auto& [name, value] : declared) {
    const auto is_missing = [&](const std::string& used) { return model::is_looked_up(integration, used) && !values.contains(used); };
    if (std::ranges::any_of(model::placeholder_names(value), is_missing)) continue;
    auto text = model::fill(value, values, where);
    if (!text) return model::fail(std::move(text.error()));
    out.emplace_back(name, std::move(*text));
  }
  return out;
}

ports::Task<std::expected<Fields, LookUpFailure>> one(Context& context, const Client& client, const model::LookUp& lookup,
                                                      const LookUpStart& at) {
  auto request = lookup_request(client, lookup, at.fields, at.access_token);
  if (!request) co_return failed(lookup, std::move(request.error()));
  auto response = co_await context.http.send(std::move(*request));
  if (!response) co_return failed(lookup, std::move(response.error().error));
  if (response->status != 200) {
    const bool may_pass = response->status == 429 || response->status >= 500;
    co_return failed(lookup, may_pass ? Code::kProviderUnavailable : Code::kProviderRejected,
                     fmt::format("the provider answered {}", response->status));
  }
  const auto document = model::parse_json(response->body);
  if (!document) co_return failed(lookup, Code::kProviderRejected, "the provider did not answer JSON");

  Wanted wanted{.secrets = {at.access_token.reveal()}};
  const auto known = values_of(client, at.fields);
  if (const auto named = known.find(lookup.choose.by); named != known.end()) wanted.named = named->second;
  for (const auto& [placeholder, path] : lookup.fill)
    if (const auto had = at.earlier.find(placeholder); had != at.earlier.end()) wanted.earlier.insert(*had);
  co_return chosen_values(lookup, *document, wanted);
}

/// The values are outside text until they fit what was declared for them (S3, S28).
Result<void> check(const Client& client, const Fields& found) {
  for (const auto& [name, value] : found) {
    const auto* placeholder = model::find_placeholder(client.integration.placeholders, name);
    if (placeholder == nullptr) return model::fail(Code::kProviderRejected, fmt::format("{} is not declared", name));
    if (auto wrong = model::check_value(*placeholder, value))
      return model::fail(Code::kProviderRejected, fmt::format("the provider's value for {} {}", name, *wrong));
  }
  return {};
}

}  // namespace

model::Result<ports::HttpRequest> lookup_request(const Client& client, const model::LookUp& lookup, const Fields& fields,
                                                 const model::Secret& access_token) {
  auto filled = filled_url(client, lookup.url, fields);
  if (!filled) return model::fail(std::move(filled.error()));
  const auto& proxy = client.integration.proxy;
  auto values = values_of(client, fields);
  values["access_token"] = access_token.reveal();
  auto headers = placed(proxy.headers, client.integration, values, model::Where::kHeader);
  if (!headers) return model::fail(std::move(headers.error()));
  auto query = placed(proxy.query, client.integration, values, model::Where::kPlain);
  if (!query) return model::fail(std::move(query.error()));

  ports::HttpRequest request{.method = "GET", .url = std::move(*filled), .tenant = client.credential.tenant};
  request.headers.emplace_back("Accept", "application/json");
  if (proxy.headers.empty() && proxy.query.empty()) request.headers.emplace_back("Authorization", "Bearer " + values["access_token"]);
  request.headers.insert(request.headers.end(), headers->begin(), headers->end());
  if (!query->empty()) {
    auto url = model::parse_url(request.url);
    if (!url) return model::fail(std::move(url.error()));
    request.url = model::to_string(model::with_query(std::move(*url), *query));
  }
  return request;
}

ports::Task<std::expected<Fields, LookUpFailure>> look_up(Context& context, const Client& client, LookUpStart start) {
  const auto& integration = client.integration;
  for (const auto& lookup : integration.lookups) {
    for (const auto& [placeholder, path] : lookup.fill) start.fields.erase(placeholder);
    auto found = co_await one(context, client, lookup, start);
    if (!found) co_return std::unexpected(std::move(found.error()));
    if (auto fits = check(client, *found); !fits) co_return failed(lookup, std::move(fits.error()));
    for (auto& [name, value] : *found) start.fields[name] = std::move(value);
  }
  if (!integration.lookups.empty() && !integration.base_uri.empty())
    if (auto base = filled_url(client, integration.base_uri, start.fields); !base)
      co_return failed(integration.lookups.back(), Code::kProviderRejected, base.error().detail);
  co_return std::move(start.fields);
}

}  // namespace valetkey::oauth
