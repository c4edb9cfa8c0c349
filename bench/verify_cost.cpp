// What a preset costs: verifying a signed request as the preset says, against the bare HMAC of its body in the same process, in turns.
//   valetkey-verify-cost PRESET SECRET HEADER PREFIX   (hex HMAC-SHA256 of the raw body in the header)
#include <fmt/core.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <ctime>
#include <vector>

#include "adapters/catalog/load_presets.hpp"
#include "adapters/system/system_clock.hpp"
#include "model/encoding.hpp"
#include "services/declared_verification.hpp"

namespace {

using namespace valetkey;

constexpr int kRounds = 15;
constexpr int kCalls = 20'000;
constexpr std::size_t kBodyBytes = 2048;

class NoNetwork final : public ports::HttpClient {
 public:
  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest) override {
    co_return std::unexpected(ports::HttpFailure{});
  }
};

class NoMetrics final : public ports::Metrics {
 public:
  void count(std::string_view, std::string_view, std::int64_t) override {}
  void observe(std::string_view, std::string_view, double) override {}
  void gauge(std::string_view, std::string_view, double) override {}
  std::string exposition() override { return {}; }
};

/// Processor time of this thread, in nanoseconds.
double cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// The ceiling: a kept context that starts with the key.
class BareHmac {
 public:
  BareHmac() {
    EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    context_ = EVP_MAC_CTX_new(mac);
    char name[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
    EVP_MAC_CTX_set_params(context_, parameters);
  }
  std::string of(std::string_view key, std::string_view bytes) {
    std::string out(32, '\0');
    std::size_t length = 0;
    EVP_MAC_init(context_, reinterpret_cast<const unsigned char*>(key.data()), key.size(), nullptr);
    EVP_MAC_update(context_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    EVP_MAC_final(context_, reinterpret_cast<unsigned char*>(out.data()), &length, out.size());
    return out;
  }

 private:
  EVP_MAC_CTX* context_;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

ports::Task<void> verify_many(services::DeclaredVerification& declared, const services::ServiceDocument& document,
                              const services::Incoming& request, const services::EndpointValues& values, bool& all_verified) {
  const model::TenantId tenant{"ten_bench"};
  for (int i = 0; i < kCalls; ++i) {
    const auto verdict = co_await declared.verify(document, request, values, tenant, services::Run::kLive);
    all_verified &= verdict.outcome == services::Outcome::kVerified;
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  const auto files = adapters::catalog::load_embedded_presets();
  if (!files) return 1;
  const auto library = services::PresetLibrary::read(files->documents());
  const auto document = library ? library->find(arguments[1]) : nullptr;
  if (!document) return 1;

  adapters::system::SystemClock clock;
  NoNetwork http;
  NoMetrics metrics;
  services::KeyFetch keys(http, clock, metrics, {});
  services::DeclaredVerification declared(keys, http);
  BareHmac bare;
  const std::string secret = arguments[2];
  services::EndpointValues values;
  for (const auto& declared_secret : document->secrets) values.secrets[declared_secret.name] = {model::Secret(secret)};
  services::Incoming request;
  request.method = "POST";
  request.body.assign(kBodyBytes, 'x');
  request.received_at = clock.wall_now();
  request.headers = {{"host", "broker.example"}, {"content-type", "application/json"}, {"user-agent", "bench"}, {"accept", "*/*"}};
  request.headers.emplace_back(arguments[3], arguments[4] + model::to_hex(bare.of(secret, request.body)));

  std::vector<double> ours;
  std::vector<double> ceiling;
  bool all_verified = true;
  std::size_t kept = 0;
  for (int round = 0; round < kRounds; ++round) {
    boost::asio::io_context context(1);
    boost::asio::co_spawn(context, verify_many(declared, *document, request, values, all_verified), boost::asio::detached);
    auto from = cpu_now();
    context.run();
    ours.push_back((cpu_now() - from) / kCalls);
    from = cpu_now();
    for (int i = 0; i < kCalls; ++i) kept += bare.of(secret, request.body).size();
    ceiling.push_back((cpu_now() - from) / kCalls);
  }
  if (!all_verified || kept == 0) return 1;
  fmt::print("{{\"verify_ns\":{:.0f},\"bare_ns\":{:.0f},\"body\":{}}}\n", median(ours), median(ceiling), kBodyBytes);
  return 0;
}
