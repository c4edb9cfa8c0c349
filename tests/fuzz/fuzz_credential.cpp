// Credentials as operators send them: an accepted one keeps its rules, survives the store, and its answer holds no secret.
#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/credential_answer.hpp"
#include "model/credential_document.hpp"
#include "model/effective.hpp"
#include "model/json_reader.hpp"
#include "model/records.hpp"
#include "model/url_template.hpp"

namespace {

using valetkey::fuzz::require;
namespace json = boost::json;
namespace model = valetkey::model;

constexpr std::string_view kSecret = "cs-0123456789abcdef";
const model::CredentialRules kRules{.policy = {.forbid_password_grant = true}, .public_url = "https://broker.example"};

const model::Integration& integration() {
  static const auto made = [] {
    model::Integration out;
    out.slug = "acme";
    out.name = "Acme";
    out.authorization_url = "https://{subdomain}.acme.example/authorize";
    out.token_url = "https://{subdomain}.acme.example/token";
    out.base_uri = "https://{subdomain}.acme.example/api";
    out.grant_types = {"authorization_code", "password", "client_credentials"};
    out.placeholders = {{.name = "subdomain", .filled_by = model::FilledBy::kOperator, .pattern = "[a-z-]+"}};
    return out;
  }();
  return made;
}

template <class Record>
void survives_the_store(const Record& record) {
  const auto row = model::to_row(record);
  const auto again = model::from_row<Record>(row);
  require(again.has_value(), "a row that was written is read");
  require(model::to_row(*again).doc == row.doc, "a row that was written is written again the same");
}

void check_credential(model::CredentialInput input) {
  auto& credential = input.credential;
  require(!credential.name.empty() && credential.name.size() <= 400, "a name has its length");
  require(credential.grant_type != model::GrantType::kPassword, "what the policy forbids is refused");
  credential.id = model::CredentialId{"cred_1"};
  credential.tenant = model::TenantId{"ten_1"};
  const auto own = model::own_redirect_uri(credential, kRules);
  const auto set = model::make_endpoint_set(credential, integration(), own);
  for (const auto* url : {&set.authorization_url, &set.token_url, &set.base_uri, &set.userinfo_url, &set.revocation_url})
    if (!url->empty())
      require(!model::check_url_template(*url, integration().placeholders, model::PlainHttp::kLoopback), "every URL in force keeps S3");
  survives_the_store(credential);
  survives_the_store(set);
  require(model::make_endpoint_set(credential, integration(), own).hash() == set.hash(), "the hash of a set is a function of it");

  const auto answer = json::serialize(model::to_json(credential, set, integration(), {.callback_url = own}));
  require(answer.find(kSecret) == std::string::npos, "an answer does not hold the client secret");
}

void read_credential(std::string_view text) {
  auto document = model::parse_json(text);
  if (!document || text.find(kSecret) != std::string_view::npos) return;
  if (auto* object = document->if_object(); object != nullptr && object->contains("client_secret")) (*object)["client_secret"] = kSecret;
  const auto read = model::read_credential(*document, integration(), kRules);
  if (!read) return require(!read.error().fields.empty(), "a document that is refused is told what is wrong");
  check_credential(*read);
  const auto changed = model::read_credential_change(*document, read->credential, integration(), kRules);
  if (!changed) return require(!changed.error().fields.empty(), "a change that is refused is told what is wrong");
  require(model::to_row(changed->credential).doc == model::to_row(read->credential).doc, "a change to what is already so changes nothing");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_credential)
