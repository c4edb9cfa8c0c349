#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>

#include "adapters/system/system_clock.hpp"
#include "commands/command_line.hpp"
#include "commands/doctor_checks.hpp"
#include "egress_policy.hpp"
#include "http/server/tls_certificate.hpp"
#include "model/url.hpp"

namespace valetkey::commands {
namespace {

constexpr model::Seconds kSoon{21 * 86'400};
constexpr const char* kWhat = "tls";

/// Errors are in the answer of load(); its reloading, which logs, is not used here.
class NoLog final : public ports::Log {
 public:
  void write(ports::LogLevel, std::string_view, std::initializer_list<ports::LogField>) override {}
  void write_soon(ports::LogLevel, std::string_view, std::initializer_list<ports::LogField>) override {}
};

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate certificate_of(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  return {file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free};
}

std::optional<model::WallTime> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return model::WallTime{model::Seconds{::timegm(&parts)}};
}

void check_times(X509* certificate, Findings& findings) {
  const auto now = adapters::system::SystemClock().wall_now();
  const auto begins = time_of(X509_get0_notBefore(certificate));
  const auto ends = time_of(X509_get0_notAfter(certificate));
  if (!begins || !ends) return findings.problem(kWhat, "the certificate's times cannot be read", "get another one", kBadConfiguration);
  if (now < *begins)
    findings.warning(kWhat, fmt::format("the certificate is valid from {} only", model::to_rfc3339(*begins)), "check the clock");
  else if (now >= *ends)
    findings.warning(kWhat, fmt::format("the certificate ended at {}", model::to_rfc3339(*ends)),
                     "renew it; a running server takes it over");
  else if (now + kSoon >= *ends)
    findings.warning(kWhat, fmt::format("the certificate ends at {}", model::to_rfc3339(*ends)),
                     "renew it; a running server takes it over");
  else findings.ok(kWhat, fmt::format("the certificate is valid until {}", model::to_rfc3339(*ends)));
}

bool is_for(X509* certificate, const model::Url& url) {
  const std::string host(model::bare_host(url));
  return X509_check_host(certificate, host.c_str(), host.size(), 0, nullptr) == 1 || X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
}

}  // namespace

void check_tls(const Config& config, Findings& findings) {
  if (config.tls_certificate.empty()) return;
  NoLog log;
  http::server::TlsCertificate files({config.tls_certificate, config.tls_key}, log);
  if (const auto loaded = files.load(); !loaded)
    return findings.problem(kWhat, loaded.error().detail, "set tls.certificate and tls.key to PEM files that belong together",
                            kBadConfiguration);
  const auto certificate = certificate_of(config.tls_certificate);
  if (!certificate)
    return findings.problem(kWhat, "the certificate cannot be read", "set tls.certificate to a PEM file", kBadConfiguration);
  check_times(certificate.get(), findings);
  const auto url = model::parse_url(config.public_url);
  if (url && url->scheme == "https" && !is_for(certificate.get(), *url))
    findings.warning(kWhat, fmt::format("the certificate is not for {}, the host of public_url", url->host),
                     "get one for it, unless a proxy in front has one");
}

}  // namespace valetkey::commands
