#include "services/keys/certificates.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

namespace valetkey::services {
namespace {

constexpr std::size_t kMostCertificates = 8;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::unexpected<model::Error> refuse(std::string why) {
  ERR_clear_error();
  return model::fail(model::Code::kInvalidInput, "read a certificate: " + std::move(why));
}

std::vector<Certificate> all_in(std::string_view pem) {
  std::vector<Certificate> out;
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  while (out.size() < kMostCertificates) {
    Certificate one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!one) break;
    out.push_back(std::move(one));
  }
  ERR_clear_error();
  return out;
}

std::optional<model::WallTime> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  const auto seconds = timegm(&parts);
  return model::from_unix_ms(static_cast<std::int64_t>(seconds) * 1000);
}

bool has_name(X509* certificate, const std::vector<std::string>& names) {
  return names.empty() || std::ranges::any_of(names, [&](const std::string& name) {
           return X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
         });
}

bool leads_to_root(X509_STORE* roots, const std::vector<Certificate>& certificates, model::WallTime now) {
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> issuers(sk_X509_new_null(),
                                                                           [](STACK_OF(X509) * stack) { sk_X509_free(stack); });
  for (std::size_t i = 1; i < certificates.size(); ++i) sk_X509_push(issuers.get(), certificates[i].get());
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(), &X509_STORE_CTX_free);
  if (!context || X509_STORE_CTX_init(context.get(), roots, certificates[0].get(), issuers.get()) != 1) return false;
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), static_cast<std::time_t>(model::to_unix_ms(now) / 1000));
  return X509_verify_cert(context.get()) == 1;
}

}  // namespace

CertificateCheck::CertificateCheck(std::string ca_file) : roots_(X509_STORE_new(), &X509_STORE_free) {
  // Roots that cannot be read trust nobody.
  if (ca_file.empty()) X509_STORE_set_default_paths(roots_.get());
  else X509_STORE_load_file(roots_.get(), ca_file.c_str());
  ERR_clear_error();
}

model::Result<verify::FetchedKey> CertificateCheck::key_of(std::string_view pem, const std::vector<std::string>& names,
                                                           model::WallTime now) const {
  const auto certificates = all_in(pem);
  if (certificates.empty()) return refuse("there is none");
  auto* const first = certificates[0].get();
  if (!has_name(first, names)) return refuse("it is for another name");
  const auto from = time_of(X509_get0_notBefore(first));
  const auto until = time_of(X509_get0_notAfter(first));
  if (!from || !until) return refuse("its time of validity cannot be read");
  if (certificates.size() > 1 && !leads_to_root(roots_.get(), certificates, now))
    return refuse("its issuers lead to no root that is trusted");
  auto key = verify::PublicKey::of(X509_get_pubkey(first));
  if (!key) return model::fail(std::move(key.error()));
  ERR_clear_error();
  return verify::FetchedKey{.kid = {}, .algorithm = {}, .key = std::move(*key), .from = from, .until = until};
}

}  // namespace valetkey::services
