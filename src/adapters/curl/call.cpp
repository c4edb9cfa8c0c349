#include "adapters/curl/call.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "adapters/curl/failure_text.hpp"
#include "model/secret.hpp"

namespace valetkey::adapters::curl {
namespace {

using model::Code;
using ports::SendState;

constexpr std::size_t kMostHeaderBytes = 64 * 1024;
/// A provider that does not take a connection in this time is down; the rest of the deadline stays for the answer.
constexpr model::Milliseconds kLongestConnect{10'000};

struct Target {
  model::Address address;
  std::uint16_t port = 0;
};

/// nullopt for anything but IP, which is never dialled.
std::optional<Target> target_of(const curl_sockaddr& from) {
  Target target;
  if (from.family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from.addr, sizeof v4);
    target.address.is_v4 = true;
    std::memcpy(target.address.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
    target.port = ntohs(v4.sin_port);
    return target;
  }
  if (from.family == AF_INET6 && from.addrlen >= sizeof(sockaddr_in6)) {
    // libcurl's curl_sockaddr has room for the longest address behind `addr`, which is declared shorter
    sockaddr_in6 v6{};
    std::memcpy(&v6, static_cast<const void*>(&from.addr), sizeof v6);
    std::memcpy(target.address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    target.port = ntohs(v6.sin6_port);
    return target;
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

/// Sets options and notices when one is refused: an address guard or a check of certificates that silently is not there would be worse
/// than no call.
class Call::Options {
 public:
  explicit Options(void* easy) : easy_(easy) {}
  template <class Value>
  void set(CURLoption option, Value value) {
    all_set_ = curl_easy_setopt(easy_, option, value) == CURLE_OK && all_set_;
  }
  [[nodiscard]] bool all_set() const { return all_set_; }

 private:
  void* easy_;
  bool all_set_ = true;
};

Call::Call(ports::HttpRequest request, const model::Url& url, model::BootTime ends_at, ports::Completion<Outcome> done)
    : request_(std::move(request)),
      url_(to_string(url)),
      host_(url.host),
      ends_at_(ends_at),
      done_(std::move(done)) {}

Call::~Call() {
  curl_slist_free_all(headers_);
  curl_easy_cleanup(easy_);
  model::Secret::wipe(request_.body);
}

void* Call::start(const Settings& settings, model::Milliseconds left) {
  easy_ = curl_easy_init();
  policy_ = settings.policy.get();
  Options options(easy_);
  if (easy_ == nullptr || !set_options(options, settings, left) || !set_request(options)) return nullptr;
  return easy_;
}

bool Call::set_options(Options& options, const Settings& settings, model::Milliseconds left) {
  options.set(CURLOPT_PRIVATE, this);
  options.set(CURLOPT_ERRORBUFFER, error_text_.data());
  options.set(CURLOPT_NOSIGNAL, 1L);
  // a call that ends while its name is looked up does not wait for the resolver's thread
  options.set(CURLOPT_QUICK_EXIT, 1L);

  // nothing ambient (S5)
  options.set(CURLOPT_PROXY, "");
  options.set(CURLOPT_NOPROXY, "*");
  options.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  options.set(CURLOPT_PROTOCOLS_STR, "http,https");
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  options.set(CURLOPT_USERAGENT, settings.user_agent.c_str());

  options.set(CURLOPT_SSL_VERIFYPEER, 1L);
  options.set(CURLOPT_SSL_VERIFYHOST, 2L);
  options.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings.ca_file.empty()) {
    options.set(CURLOPT_CAINFO, settings.ca_file.c_str());
    options.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }

  options.set(CURLOPT_FRESH_CONNECT, 1L);
  options.set(CURLOPT_FORBID_REUSE, 1L);
  options.set(CURLOPT_OPENSOCKETFUNCTION, &Call::on_socket);
  options.set(CURLOPT_OPENSOCKETDATA, this);
  options.set(CURLOPT_PREREQFUNCTION, &Call::on_connected);
  options.set(CURLOPT_PREREQDATA, this);

  options.set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(left, kLongestConnect).count()));
  if (!request_.keeps_beginning) options.set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request_.max_response));
  options.set(CURLOPT_HEADERFUNCTION, &Call::on_header);
  options.set(CURLOPT_HEADERDATA, this);
  options.set(CURLOPT_WRITEFUNCTION, &Call::on_body);
  options.set(CURLOPT_WRITEDATA, this);
  return options.all_set();
}

bool Call::set_request(Options& options) {
  options.set(CURLOPT_URL, url_.c_str());
  options.set(CURLOPT_PATH_AS_IS, 1L);
  if (!request_.body.empty() || request_.method == "POST") {
    options.set(CURLOPT_POSTFIELDS, request_.body.c_str());
    options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  if (request_.method == "HEAD") options.set(CURLOPT_NOBODY, 1L);
  options.set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());

  bool has_content_type = false;
  for (const auto& [name, value] : request_.headers) {
    const auto line = value.empty() ? fmt::format("{};", name) : fmt::format("{}: {}", name, value);
    headers_ = curl_slist_append(headers_, line.c_str());
    has_content_type = has_content_type || curl_strequal(name.c_str(), "content-type") != 0;
  }
  headers_ = curl_slist_append(headers_, "Expect:");  // no 100-continue: it would make a second of waiting
  if (!has_content_type) headers_ = curl_slist_append(headers_, "Content-Type:");
  options.set(CURLOPT_HTTPHEADER, headers_);
  return options.all_set();
}

int Call::on_socket(void* self, int, curl_sockaddr* address) noexcept {
  auto& call = *static_cast<Call*>(self);
  const auto target = target_of(*address);
  if (!target) return CURL_SOCKET_BAD;
  if (auto allowed = call.policy_->check(target->address, target->port, call.request_.tenant); !allowed) {
    call.denied_ = std::move(allowed.error().log.text);
    return CURL_SOCKET_BAD;
  }
  call.has_socket_ = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int Call::on_connected(void* self, char*, char*, int, int) noexcept {
  auto& call = *static_cast<Call*>(self);
  if (call.was_sent_) {
    call.refused_by_us_ = "it would have been sent twice";
    return CURL_PREREQFUNC_ABORT;
  }
  if (call.request_.may_send && !call.request_.may_send()) {
    call.refused_by_us_ = "it was withdrawn before it was sent";
    return CURL_PREREQFUNC_ABORT;
  }
  call.was_sent_ = true;
  return CURL_PREREQFUNC_OK;
}

std::size_t Call::on_header(char* bytes, std::size_t, std::size_t count, void* self) noexcept {
  return static_cast<Call*>(self)->take_header({bytes, count}) ? count : 0;
}

std::size_t Call::on_body(char* bytes, std::size_t, std::size_t count, void* self) noexcept {
  return static_cast<Call*>(self)->take_body({bytes, count}) ? count : 0;
}

bool Call::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMostHeaderBytes) {
    refused_by_us_ = "the headers of the answer are too large";
    return false;
  }
  if (line.starts_with("HTTP/")) {  // a further block: what came before was 1xx
    has_headers_ = false;
    response_.headers.clear();
    return true;
  }
  if (has_headers_) return true;
  const auto text = trimmed(line);
  if (text.empty()) has_headers_ = true;
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return true;
  std::string name(text.substr(0, colon));
  for (auto& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  response_.headers.emplace_back(std::move(name), trimmed(text.substr(colon + 1)));
  return true;
}

bool Call::take_body(std::string_view bytes) {
  const auto room = request_.max_response - response_.body.size();
  if (bytes.size() > room && request_.keeps_beginning) {
    response_.body += bytes.substr(0, room);
    is_cut_ = true;
    return false;
  }
  if (bytes.size() > room) {
    refused_by_us_ = "the answer is too large";
    return false;
  }
  response_.body += bytes;
  return true;
}

void Call::finish(int result) {
  if (result == CURLE_OK || is_cut_) {
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    done_(std::move(response_));
    return;
  }
  const auto reason = refused_by_us_.empty() ? reason_of(result) : refused_by_us_;
  done_(std::unexpected(failure(reason, without_queries(error_text_.data()))));
}

void Call::abandon(std::string_view reason) { done_(std::unexpected(failure(reason, {}))); }

ports::HttpFailure Call::failure(std::string_view reason, std::string log) const {
  if (was_sent_)
    return {.state = SendState::kSent,
            .error = {.code = Code::kOutcomeUnknown, .detail = fmt::format("call {}: {}", host_, reason), .log = {std::move(log)}}};
  if (!denied_.empty() && !has_socket_)
    return {.state = SendState::kNotSent,
            .error = {
                .code = Code::kEgressDenied,
                .detail = fmt::format("call {}: the egress policy forbids the target; the operator can allow it with egress.allow", host_),
                .log = {denied_}}};
  return {.state = SendState::kNotSent,
          .error = {.code = Code::kProviderUnavailable, .detail = fmt::format("call {}: {}", host_, reason), .log = {std::move(log)}}};
}

}  // namespace valetkey::adapters::curl
