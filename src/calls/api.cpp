#include "calls/api.hpp"

#include <algorithm>

#include "calls/query.hpp"
#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "model/placeholder_text.hpp"
#include "oauth/tokens.hpp"

namespace valetkey::calls {
namespace {

using model::is_control;
using model::Result;
using Values = std::map<std::string, std::string>;

constexpr std::string_view kAccessToken = "access_token";

/// `write` appends text as the place wants it.
template <class Write>
Result<void> add_template(TokenText& out, std::string_view text, const Values& values, Write write) {
  auto pieces = model::parse_placeholder_text(text);
  if (!pieces) return model::fail(std::move(pieces.error()));
  for (const auto& piece : *pieces) {
    if (piece.names.empty()) {
      write(out, piece.literal);
      continue;
    }
    const auto is_known = [&](const std::string& name) {
      return name == kAccessToken || (values.contains(name) && !values.at(name).empty());
    };
    const auto name = std::ranges::find_if(piece.names, is_known);
    if (name == piece.names.end()) return model::fail(model::Code::kInvalidInput, "there is no value for {" + piece.names.front() + "}");
    if (*name == kAccessToken) out.add_token();
    else write(out, values.at(*name));
  }
  return {};
}

Result<TokenText> header_value(std::string_view text, const Values& values) {
  TokenText out;
  bool is_clean = true;
  auto added = add_template(out, text, values, [&](TokenText& into, std::string_view part) {
    is_clean = is_clean && std::ranges::none_of(part, is_control);
    into.add(part);
  });
  if (!added) return model::fail(std::move(added.error()));
  if (!is_clean) return model::fail(model::Code::kInvalidInput, "a value holds control bytes");
  return out;
}

Result<void> add_headers(Api& api, const model::ProxyFacts& facts, const Values& values) {
  static const model::Parameters kDefault{{"authorization", "Bearer {access_token}"}};
  const auto& declared = facts.headers.empty() && facts.query.empty() ? kDefault : facts.headers;
  for (const auto& [name, text] : declared) {
    auto value = header_value(text, values);
    if (!value) return model::fail(model::in_context(std::move(value.error()), "fill header " + name));
    api.headers.push_back({model::lowered(name), std::move(*value)});
  }
  return {};
}

Result<void> add_query(Api& api, const model::ProxyFacts& facts, const Values& values) {
  // What the base URI fixes belongs to the integration as well.
  for_each_parameter(api.base.query, [&](std::string_view raw) {
    api.query.push_back({parameter_name(raw), {}});
    api.query.back().text.add(raw);
  });
  for (const auto& [name, text] : facts.query) {
    FixedParameter parameter{model::lowered(name), {}};
    parameter.text.add(model::percent_encode(name) + "=");
    auto added =
        add_template(parameter.text, text, values, [](TokenText& into, std::string_view part) { into.add(model::percent_encode(part)); });
    if (!added) return model::fail(model::in_context(std::move(added.error()), "fill parameter " + name));
    api.query.push_back(std::move(parameter));
  }
  return {};
}

Result<Api> built(const oauth::Access& access) {
  const auto& integration = access.client->integration;
  if (integration.base_uri.empty()) return model::fail(model::Code::kConflict, "its credential has no base_uri");
  auto text = oauth::filled_url(*access.client, integration.base_uri, access.connection->fields);
  if (!text) return model::fail(std::move(text.error()));
  auto url = model::parse_endpoint_url(*text);
  if (!url) return model::fail(std::move(url.error()));
  Api api{.base = std::move(*url)};
  api.origin = {.scheme = api.base.scheme, .host = api.base.host, .port = api.base.port, .explicit_port = api.base.explicit_port};
  api.base_path = api.base.path;
  if (api.base_path.ends_with('/')) api.base_path.pop_back();
  const auto values = oauth::values_of(*access.client, access.connection->fields);
  if (auto added = add_headers(api, integration.proxy, values); !added) return model::fail(std::move(added.error()));
  if (auto added = add_query(api, integration.proxy, values); !added) return model::fail(std::move(added.error()));
  api.reads_bodies = !integration.proxy.expired_body.statuses.empty();
  return api;
}

}  // namespace

Result<Api> api_of(const oauth::Access& access) {
  auto api = built(access);
  if (api) return api;
  auto error = model::in_context(std::move(api.error()), "call the API of connection " + access.connection->id.str());
  error.code = model::Code::kConflict;  // what is stored forbids it, whoever asks
  return model::fail(std::move(error));
}

}  // namespace valetkey::calls
