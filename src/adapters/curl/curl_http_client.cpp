#include "adapters/curl/curl_http_client.hpp"

#include <algorithm>

#include "adapters/curl/call.hpp"
#include "adapters/curl/transfer_thread.hpp"
#include "model/url.hpp"

namespace valetkey::adapters::curl {
namespace {

using model::Code;

/// A value with a line break would become a header, or a request, of its own (S3).
bool is_safe(std::string_view name, std::string_view value) {
  constexpr std::string_view kToken = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";  // RFC 9110 5.6.2
  if (name.empty() || name.find_first_not_of(kToken) != std::string_view::npos) return false;
  return std::ranges::none_of(value, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == 0x7f; });
}

model::Result<model::Url> checked(const ports::HttpRequest& request, const model::AddressPolicy& policy) {
  if (!is_safe(request.method, {})) return model::fail(Code::kInvalidInput, "the method holds characters that no method has");
  for (const auto& [name, value] : request.headers)
    if (!is_safe(name, value)) return model::fail(Code::kInvalidInput, "a header holds characters that no header has");
  auto url = model::parse_url(request.url);
  if (!url) return url;
  if (auto allowed = policy.check_name(url->host, url->port); !allowed) return model::fail(std::move(allowed.error()));
  return url;
}

}  // namespace

CurlHttpClient::CurlHttpClient(Settings settings, const ports::Clock& clock)
    : clock_(clock),
      thread_(std::make_unique<TransferThread>(std::move(settings), clock)) {}

CurlHttpClient::~CurlHttpClient() = default;

ports::Task<Outcome> CurlHttpClient::send(ports::HttpRequest request) {
  const auto ends_at = clock_.boot_now() + request.deadline;
  auto url = checked(request, *thread_->settings().policy);
  if (!url)
    co_return std::unexpected(
        ports::HttpFailure{.state = ports::SendState::kNotSent, .error = in_context(std::move(url.error()), "call a provider")});
  auto start = [&](ports::Completion<Outcome> done) {
    thread_->submit(std::make_unique<Call>(std::move(request), *url, ends_at, std::move(done)));
  };
  co_return co_await ports::completed_by<Outcome>(std::move(start));
}

}  // namespace valetkey::adapters::curl
