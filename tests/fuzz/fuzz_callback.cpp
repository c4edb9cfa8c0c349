// What a browser brings back to the redirect URI: the raw target, its parameters, and a value that is captured into a URL.
#include "fuzz/property.hpp"
#include "http/server/target.hpp"
#include "model/placeholder_text.hpp"
#include "model/url_template.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;

const std::vector<model::Placeholder>& placeholders() {
  static const std::vector<model::Placeholder> made{
      {.name = "instance_url", .filled_by = model::FilledBy::kCallback, .host_suffixes = {".my.salesforce.com"}},
      {.name = "location", .filled_by = model::FilledBy::kCallback, .choices = {"eu", "us"}},
      {.name = "shop", .filled_by = model::FilledBy::kCallback, .pattern = "[a-z0-9][a-z0-9-]*"},
      {.name = "realmId", .filled_by = model::FilledBy::kCallback}};
  return made;
}

/// The captured value goes where the integration sends its tokens, and nowhere else (S3).
void capture(std::string_view name, const std::string& value) {
  const auto* placeholder = model::find_placeholder(placeholders(), name);
  if (placeholder == nullptr || model::check_value(*placeholder, value)) return;
  const auto host_of = [&](std::string_view url_template) {
    const auto url = model::fill_url(url_template, placeholders(), {{std::string(name), value}});
    return url ? std::optional(url->host) : std::nullopt;
  };
  if (name == "instance_url") {
    const auto host = host_of("{instance_url}/services");
    require(!host || host->ends_with(".my.salesforce.com"), "a captured origin stays below its suffix");
  } else if (name == "location") {
    const auto host = host_of("https://accounts.zoho.{location}/token");
    require(!host || *host == "accounts.zoho.eu" || *host == "accounts.zoho.us", "a captured member of a list stays in the list");
  } else if (name == "shop") {
    const auto host = host_of("https://{shop}.myshopify.com/admin");
    require(!host || (*host == value + ".myshopify.com" && value.find('.') == std::string::npos), "a captured label stays one label");
  } else {
    const auto host = host_of("https://quickbooks.api.intuit.com/v3/company/{realmId}/query?minor={realmId}");
    require(!host || *host == "quickbooks.api.intuit.com", "a captured value in a path does not reach the host");
  }
}

void read_callback(std::string_view target) {
  valetkey::http::Request request;
  request.target = target;
  request.headers = {{"host", "broker.example"}};
  if (!valetkey::http::server::read_target(request) || !valetkey::http::server::read_query(request)) return;
  require(request.path.starts_with('/'), "a path starts with a slash");
  require(request.path.find('?') == std::string::npos, "a path holds no query");
  for (const auto* name : {"state", "code", "iss", "error", "error_description"}) {
    const auto value = model::single_value(request.query, name);
    const auto count = std::ranges::count(request.query, std::string(name), &std::pair<std::string, std::string>::first);
    require(value.has_value() == (count < 2), "a parameter that comes twice is an error (RFC 6749 3.1)");
    if (value) require(value->has_value() == (count == 1), "a parameter is there or not");
  }
  for (const auto& [name, value] : request.query) capture(name, value);
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_callback)
