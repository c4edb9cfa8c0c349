#include "services/keys/key_fetch.hpp"

#include <fmt/format.h>

#include "model/digest.hpp"
#include "services/keys/key_answers.hpp"
#include "services/keys/pinned_url.hpp"

namespace valetkey::services {
namespace {

using From = verify::KeyRequest::From;

constexpr std::size_t kMostBytes = 256 << 10;
constexpr model::Milliseconds kWithin{5'000};  // the application waits for its answer
constexpr int kMostNewCertificates = 30;       // a minute and host
constexpr int kMostNewKeyIds = 2;              // a minute, tenant and URL

std::string_view label_of(From from) {
  switch (from) {
    case From::kJwks: return "jwks";
    case From::kCertificate: return "certificate";
    case From::kEndpoint: return "endpoint";
  }
  return {};
}

KeyFailure refused(std::string why) { return {.reason = "key_url_refused", .is_retryable = false, .why = std::move(why)}; }

/// Who uses up the budget of new keys.
std::string source_of(const verify::KeyRequest& request, const std::string& url, const model::TenantId& tenant) {
  if (request.from == From::kEndpoint) return tenant.str() + " " + url;
  const auto parsed = model::parse_url(url);
  return parsed ? parsed->host : url;
}

int most_new(From from) {
  if (from == From::kJwks) return 0;
  return from == From::kEndpoint ? kMostNewKeyIds : kMostNewCertificates;
}

/// The application's own answer that it knows no such key is definitive; anything else may pass.
KeyFailure failure_of(const verify::KeyRequest& request, const ports::HttpResponse& response) {
  if (request.from == From::kEndpoint && (response.status == 400 || response.status == 404))
    return {.reason = "key_unknown", .is_retryable = false, .why = fmt::format("the key endpoint answered {}", response.status)};
  return {.why = fmt::format("{} answered {}", request.from == From::kEndpoint ? "the key endpoint" : "the address of the key",
                             response.status)};
}

}  // namespace

KeyFetch::KeyFetch(ports::HttpClient& http, const ports::Clock& clock, ports::Metrics& metrics, Settings settings)
    : http_(http),
      clock_(clock),
      metrics_(metrics),
      certificates_(std::move(settings.ca_file)) {}

ports::Task<KeyAnswer> KeyFetch::keys(verify::KeyRequest request, model::TenantId tenant) {
  const auto from = request.from;
  const auto url = pinned_url(request.url, request.hosts, from != From::kCertificate);
  if (!url || !url->ends_with(request.path_suffix)) {
    count(from, "refused");
    co_return std::unexpected(refused(url ? "the URL does not end as the service says" : url.error().detail));
  }
  const auto address = request.body.empty() ? *url : *url + " " + model::sha256_hex(request.body.reveal());
  auto kept = cache_.look(address, request.kid, source_of(request, *url, tenant), most_new(from), clock_.boot_now());
  if (kept) {
    count(from, *kept ? "kept" : "held");
    co_return std::move(*kept);
  }
  const auto fetched = co_await flight_.run(
      address, [this, request, url = *url, tenant](auto) -> ports::Task<FetchedKeys> { return fetch(request, url, tenant); });
  cache_.put(address, *fetched, clock_.boot_now());
  co_return fetched->answer;
}

ports::Task<FetchedKeys> KeyFetch::fetch(verify::KeyRequest request, std::string url, model::TenantId tenant) {
  ports::HttpRequest call{.url = std::move(url), .headers = {{"Accept", "application/json, application/x-pem-file, */*"}}, .body = {}};
  if (request.from == From::kEndpoint) {
    call.method = request.method;
    call.body = std::string(request.body.reveal());
    call.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
  }
  call.tenant = std::move(tenant);
  call.deadline = kWithin;
  call.max_response = kMostBytes;
  const auto failed = [&](KeyFailure failure) {
    count(request.from, "failed");
    return FetchedKeys{.answer = std::unexpected(std::move(failure)), .keep_for = KeyCache::kFailureFor};
  };
  const auto response = co_await http_.send(std::move(call));
  if (!response) co_return failed({.why = "ask for the key: " + model::clipped(response.error().error.detail)});
  if (response->status != 200) co_return failed(failure_of(request, *response));
  auto keys = model::Result<verify::KeySet>{};
  if (request.from == From::kJwks) {
    keys = keys_of_set(response->body);
  } else if (request.from == From::kEndpoint) {
    keys = keys_of_endpoint(response->body, request);
  } else {
    auto key = certificates_.key_of(response->body, request.names, clock_.wall_now());
    if (key) keys->push_back(std::move(*key));
    else keys = model::fail(std::move(key.error()));
  }
  if (!keys) co_return failed({.reason = "key_invalid", .why = model::clipped(keys.error().detail)});
  count(request.from, "fetched");
  co_return FetchedKeys{.answer = std::make_shared<const verify::KeySet>(std::move(*keys)),
                        .keep_for = keep_for(response->header("cache-control"))};
}

void KeyFetch::count(From from, std::string_view outcome) {
  metrics_.count("valetkey_key_fetches_total", fmt::format("{},{}", label_of(from), outcome));
}

}  // namespace valetkey::services
