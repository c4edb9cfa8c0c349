// Integrations as operators send them: what is accepted is written back as a document that is accepted and equal.
#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/integration_document.hpp"
#include "model/integration_rules.hpp"
#include "model/json_reader.hpp"

namespace {

using valetkey::fuzz::require;
namespace json = boost::json;
namespace model = valetkey::model;

/// What no document may say, by a look at the record.
void check_record(const model::Integration& integration) {
  require(model::is_slug(integration.slug), "a slug is a slug");
  for (const auto& [name, member] : model::kUrlMembers) {
    const auto& url = integration.*member;
    if (!url.empty()) require(!model::check_url_template(url, integration.placeholders, model::PlainHttp::kLoopback), "every URL keeps S3");
  }
  for (const auto* name : {"state", "redirect_uri", "client_id", "code_challenge"})
    for (const auto& [fixed, value] : integration.authorization_params) require(fixed != name, "what the broker decides is not fixed");
  for (const auto& [name, value] : integration.proxy.headers)
    require(name.find_first_of("\r\n: ") == std::string::npos && value.find_first_of("\r\n") == std::string::npos,
            "a header is one header");
}

void read_integration(std::string_view text) {
  const auto document = model::parse_json(text);
  if (!document) return;
  const auto catalogue = model::parse_integration(*document, model::IntegrationSource::kCatalogue);
  const auto custom = model::parse_integration(*document, model::IntegrationSource::kCustom);
  for (const auto* read : {&catalogue, &custom}) {
    const auto source = read == &custom ? model::IntegrationSource::kCustom : model::IntegrationSource::kCatalogue;
    if (!*read) {
      require(!read->error().fields.empty(), "a document that is refused is told what is wrong");
      continue;
    }
    check_record(**read);
    const auto written = model::to_json(**read);
    const auto again = model::parse_integration(written, source);
    require(again.has_value(), "a document that was written is accepted");
    require(model::to_json(*again) == written, "a document that was written is written again the same");
  }
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_integration)
