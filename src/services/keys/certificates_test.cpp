#include "services/keys/certificates.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/signing_key.hpp"

namespace valetkey::services {
namespace {

using test::SigningKey;

const model::WallTime kNow{std::chrono::sys_days{std::chrono::January / 1 / 2026}};

struct Made {
  std::shared_ptr<X509> certificate;
  [[nodiscard]] std::string pem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate.get());
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return out;
  }
};

void extend(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// `issuer` null: it signs itself.
Made make(const SigningKey& key, const std::string& name, bool is_issuer, const Made* issuer, const SigningKey& signer) {
  Made made{{X509_new(), &X509_free}};
  auto* const x = made.certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  ASN1_TIME_set(X509_getm_notBefore(x), model::to_unix_ms(kNow) / 1000 - 3600);
  ASN1_TIME_set(X509_getm_notAfter(x), model::to_unix_ms(kNow) / 1000 + 3600);
  X509_set_pubkey(x, key.get());
  auto* subject = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, issuer == nullptr ? subject : X509_get_subject_name(issuer->certificate.get()));
  extend(x, NID_basic_constraints, is_issuer ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!is_issuer) extend(x, NID_subject_alt_name, "DNS:" + name);
  X509_sign(x, signer.get(), EVP_sha256());
  return made;
}

/// A file with roots, gone with this.
struct RootFile {
  explicit RootFile(const std::string& pem) {
    path = (std::filesystem::temp_directory_path() / "roots_XXXXXX").string();
    ::close(::mkstemp(path.data()));
    std::ofstream(path) << pem;
  }
  ~RootFile() { std::filesystem::remove(path); }
  std::string path;
};

class Certificates : public ::testing::Test {
 public:
  SigningKey root_key = SigningKey::ec("P-256");
  SigningKey key = SigningKey::rsa();
  Made root = make(root_key, "a root", true, nullptr, root_key);
  Made leaf = make(key, "sns.amazonaws.com", false, &root, root_key);
};

TEST_F(Certificates, a_lone_one_is_believed_by_its_name_and_time) {
  const CertificateCheck check("");
  const auto read = check.key_of(leaf.pem(), {"sns.amazonaws.com"}, kNow);
  ASSERT_TRUE(read) << read.error().detail;
  EXPECT_EQ(read->from, kNow - model::Seconds{3600});
  EXPECT_EQ(read->until, kNow + model::Seconds{3600});
  EXPECT_TRUE(read->key.verifies(AsymmetricAlgorithm::kRsaSha256, key.sign("SHA256", "message"), "message"));
}

TEST_F(Certificates, security_s30_one_of_another_name_is_refused) {
  const CertificateCheck check("");
  EXPECT_FALSE(check.key_of(leaf.pem(), {"sns.amazonaws.com.evil.example"}, kNow));
  EXPECT_FALSE(check.key_of(leaf.pem(), {"amazonaws.com"}, kNow));
  EXPECT_TRUE(check.key_of(leaf.pem(), {"other.example", "sns.amazonaws.com"}, kNow));
  EXPECT_TRUE(check.key_of(leaf.pem(), {}, kNow));
}

TEST_F(Certificates, security_s30_issuers_must_lead_to_a_root) {
  const RootFile trusted(root.pem());
  EXPECT_TRUE(CertificateCheck(trusted.path).key_of(leaf.pem() + root.pem(), {"sns.amazonaws.com"}, kNow));
  EXPECT_FALSE(CertificateCheck("").key_of(leaf.pem() + root.pem(), {"sns.amazonaws.com"}, kNow));
  const auto other_key = SigningKey::ec("P-256");
  const auto forged = make(key, "sns.amazonaws.com", false, &root, other_key);
  EXPECT_FALSE(CertificateCheck(trusted.path).key_of(forged.pem() + root.pem(), {"sns.amazonaws.com"}, kNow));
  EXPECT_FALSE(CertificateCheck(trusted.path).key_of(leaf.pem() + root.pem(), {"sns.amazonaws.com"}, kNow + model::Seconds{7200}));
  EXPECT_FALSE(CertificateCheck("/none").key_of(leaf.pem() + root.pem(), {"sns.amazonaws.com"}, kNow));
}

TEST_F(Certificates, an_issuer_that_may_not_issue_leads_nowhere) {
  const auto middle_key = SigningKey::ec("P-256");
  const auto middle = make(middle_key, "no.issuer.example", false, &root, root_key);
  const auto under = make(key, "sns.amazonaws.com", false, &middle, middle_key);
  const RootFile trusted(root.pem());
  EXPECT_FALSE(CertificateCheck(trusted.path).key_of(under.pem() + middle.pem(), {}, kNow));
}

TEST_F(Certificates, what_is_none_is_refused) {
  const CertificateCheck check("");
  for (const auto& text : {std::string(), std::string("x"), key.public_pem(), leaf.pem().substr(0, 100)})
    EXPECT_FALSE(check.key_of(text, {}, kNow));
}

}  // namespace
}  // namespace valetkey::services
