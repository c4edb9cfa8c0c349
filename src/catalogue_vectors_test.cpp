// What each record of the catalogue makes a browser open and the broker send, as text files that a change of a record changes too.
// A change that is meant is written with
//   VALETKEY_WRITE_VECTORS=1 build/dev/bin/wiring_test --gtest_filter='CatalogueVectors.*'
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "adapters/catalog/load_catalogue.hpp"
#include "model/effective.hpp"
#include "model/integration_rules.hpp"
#include "model/placeholder_text.hpp"
#include "oauth/authorization_request.hpp"
#include "oauth/look_up.hpp"
#include "oauth/token_request.hpp"

namespace valetkey {
namespace {

namespace fs = std::filesystem;
using model::FilledBy;
using model::Integration;

const fs::path kFolder = "tests/vectors/catalogue";
constexpr auto kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // RFC 7636 appendix B

std::string sample(const model::Placeholder& placeholder) {
  if (!placeholder.default_value.empty()) return placeholder.default_value;
  if (!placeholder.example.empty()) return placeholder.example;
  if (!placeholder.choices.empty()) return placeholder.choices.front();
  if (!placeholder.host_suffixes.empty()) return "https://acme" + placeholder.host_suffixes.front();
  return placeholder.pattern.contains("{8}") ? "11223344-a1b2-4b33-8444-def123456789" : "sample";
}

/// A client of the record with fake values everywhere.
oauth::Client client_of(const Integration& record) {
  oauth::Client client;
  client.credential.integration = record.slug;
  client.credential.client_id = "client-id";
  for (const auto& placeholder : record.placeholders)
    if (placeholder.filled_by == FilledBy::kOperator && !placeholder.is_optional)
      client.credential.placeholders[placeholder.name] = sample(placeholder);
  client.set = model::make_endpoint_set(client.credential, record, "https://broker.example/oauth/callback/" + record.slug);
  client.integration = model::in_force(record, {}, client.set);
  client.secrets.emplace_back("client-secret");
  return client;
}

oauth::Fields fields_of(const Integration& record) {
  oauth::Fields fields;
  for (const auto& placeholder : record.placeholders)
    if (placeholder.filled_by != FilledBy::kOperator && !placeholder.is_optional) fields[placeholder.name] = sample(placeholder);
  return fields;
}

template <class T>
T must(model::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(*result);
}

std::string text_of(const ports::HttpRequest& request) {
  std::string out = fmt::format("{} {}\n", request.method, request.url);
  for (const auto& [name, value] : request.headers) out += fmt::format("{}: {}\n", name, value);
  if (!request.body.empty()) out += fmt::format("\n{}\n", request.body);
  return out;
}

class Vector {
 public:
  explicit Vector(const Integration& record)
      : client_(client_of(record)),
        fields_(fields_of(record)),
        filled_(must(oauth::with_filled_parameters(client_, fields_))) {
    text_ = fmt::format("{}\n\n== authorization\n{}\n", record.name, authorization());
    add("token", token_request(filled_.token_url,
                               oauth::code_parameters(filled_, "the-code", client_.set.redirect_uri, record.pkce ? kVerifier : "")));
    if (record.refresh == model::RefreshBy::kRefreshToken)
      add("refresh", token_request(refresh_url(), oauth::refresh_parameters(filled_, "refresh-token", "")));
    if (record.refresh == model::RefreshBy::kExchange)
      add("refresh", token_request(refresh_url(), oauth::exchange_parameters(filled_, "access-token")));
    for (const auto& lookup : client_.integration.lookups) add_lookup(lookup);
    text_ += "\n== further addresses\n";
    for (const auto& [name, member] : model::kUrlMembers)
      if (name != "authorization_url" && name != "token_url" && name != "refresh_url" && !(record.*member).empty())
        text_ += fmt::format("{}: {}\n", name,
                             must(model::fill_url_text(record.*member, record.placeholders, oauth::values_of(client_, fields_))));
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] std::string authorization() const {
    const auto& scopes = client_.scopes();
    oauth::AuthorizationSecrets secrets{.state = "state"};
    if (client_.integration.pkce) secrets.code_verifier = kVerifier;
    if (client_.integration.nonce && std::ranges::find(scopes, "openid") != scopes.end()) secrets.nonce = "nonce";
    return must(oauth::authorization_url(client_, scopes, secrets, fields_));
  }
  [[nodiscard]] const std::string& refresh_url() const { return filled_.refresh_url.empty() ? filled_.token_url : filled_.refresh_url; }
  [[nodiscard]] ports::HttpRequest token_request(const std::string& url, model::Parameters parameters) const {
    return oauth::token_request(filled_, must(oauth::filled_url(client_, url, fields_)), std::move(parameters),
                                oauth::proof_of(client_, 0));
  }
  void add(std::string_view title, const ports::HttpRequest& request) { text_ += fmt::format("\n== {}\n{}", title, text_of(request)); }
  void add_lookup(const model::LookUp& lookup) {
    auto before = fields_;
    for (const auto& [placeholder, path] : lookup.fill) before.erase(placeholder);
    add("look-up of the " + lookup.name, must(oauth::lookup_request(client_, lookup, before, model::Secret("access-token"))));
  }

  oauth::Client client_;
  oauth::Fields fields_;
  Integration filled_;
  std::string text_;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

TEST(CatalogueVectors, are_what_the_records_make) {
  const auto catalogue = adapters::catalog::load_embedded_catalogue();
  ASSERT_TRUE(catalogue) << catalogue.error().detail;
  std::set<std::string> files;
  for (const auto* record : catalogue->list()) {
    if (record->slug == "custom") continue;
    const auto path = kFolder / (record->slug + ".txt");
    files.insert(path.filename());
    const auto made = Vector(*record).text();
    if (std::getenv("VALETKEY_WRITE_VECTORS") != nullptr) std::ofstream(path, std::ios::binary) << made;
    EXPECT_EQ(read(path), made) << path << ": see the head of catalogue_vectors_test.cpp";
  }
  EXPECT_EQ(files.size(), 30U);
  for (const auto& entry : fs::directory_iterator(kFolder)) EXPECT_TRUE(files.contains(entry.path().filename())) << entry.path();
}

}  // namespace
}  // namespace valetkey
