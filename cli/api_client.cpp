#include "cli/api_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "cli/problem.hpp"
#include "cli/text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

static_assert(kReadFailed == CURL_READFUNC_ABORT);

constexpr long kConnectSeconds = 10;
constexpr long kWholeSeconds = 120;  ///< a refresh or a deletion may wait for a provider
constexpr std::size_t kLongestAnswer = std::size_t{64} * 1024 * 1024;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// Header lines as curl wants them.
class Lines {
 public:
  void add(const std::string& line) {
    auto* longer = curl_slist_append(list_.get(), line.c_str());
    if (longer != nullptr && list_ == nullptr) list_.reset(longer);
  }
  [[nodiscard]] curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, FreeList> list_;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

/// What the callbacks of one transfer share.
struct Transfer {
  Stream& stream;
  Head head{};
  bool is_wanted = true;  ///< whoever reads the answer goes on reading
};

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* given) {
  auto& transfer = *static_cast<Transfer*>(given);
  const auto line = trimmed({bytes, size * count});
  if (line.starts_with("HTTP/")) {
    transfer.head = {.status = 0, .line = std::string(line), .headers = {}};
    const auto space = line.find(' ');
    if (space != std::string_view::npos) transfer.head.status = std::atoi(std::string(line.substr(space + 1)).c_str());
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    transfer.head.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  } else if (line.empty() && transfer.head.status >= 200 && transfer.stream.on_head) {
    transfer.is_wanted = transfer.stream.on_head(transfer.head);
  }
  return transfer.is_wanted ? size * count : 0;
}

std::size_t on_piece(char* bytes, std::size_t size, std::size_t count, void* given) {
  auto& transfer = *static_cast<Transfer*>(given);
  if (transfer.stream.on_piece) transfer.is_wanted = transfer.stream.on_piece({bytes, size * count});
  return transfer.is_wanted ? size * count : 0;
}

std::size_t on_read(char* into, std::size_t size, std::size_t count, void* given) {
  return static_cast<Transfer*>(given)->stream.read(into, size * count);
}

std::string target_of(const Call& call) {
  auto target = call.path;
  for (const auto& [name, value] : call.query)
    target.append(target.contains('?') ? "&" : "?").append(percent_encoded(name)).append("=").append(percent_encoded(value));
  return target;
}

}  // namespace

struct ApiClient::Handle {
  Handle() : curl((curl_global_init(CURL_GLOBAL_DEFAULT), curl_easy_init())) {}
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  template <class T>
  void set(CURLoption option, T value) {
    (void)curl_easy_setopt(curl, option, value);
  }

  CURL* curl;
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::string Head::header(std::string_view name) const {
  for (const auto& [each, value] : headers)
    if (lower(each) == name) return value;
  return {};
}

ApiClient::ApiClient(Origin origin) : origin_(std::move(origin)), handle_(std::make_unique<Handle>()) {}
ApiClient::~ApiClient() = default;

Failure ApiClient::unreachable(int code, const char* detail) const {
  const std::string why = *detail != '\0' ? detail : curl_easy_strerror(static_cast<CURLcode>(code));
  std::string hint = "is it running (`valetkey serve`), and is the URL right?";
  if (code == CURLE_PEER_FAILED_VERIFICATION) hint = "a certificate of a private authority: --ca-file, or VALETKEY_CA_FILE";
  if (!origin_.profile.empty()) hint += fmt::format(" It is the URL of profile {}", origin_.profile);
  return {.status = kUnreachable, .message = fmt::format("the broker at {} cannot be reached: {}", origin_.url, why), .hint = hint};
}

Outcome<void> ApiClient::perform(Stream& stream, bool has_deadline) {
  Handle& handle = *handle_;
  if (handle.curl == nullptr) return fail(kUnreachable, "the HTTP client cannot be started");
  curl_easy_reset(handle.curl);  // keeps the connection
  Transfer transfer{stream};
  Lines lines;
  for (const auto& [name, value] : stream.headers) lines.add(value.empty() ? name + ";" : name + ": " + value);
  if (!origin_.key.empty()) lines.add(fmt::format("Authorization: Bearer {}", origin_.key.reveal()));
  lines.add("Expect:");
  const auto url = origin_.url + stream.path;
  handle.error.front() = '\0';
  handle.set(CURLOPT_URL, url.c_str());
  handle.set(CURLOPT_PATH_AS_IS, 1L);
  handle.set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle.set(CURLOPT_PROXY, "");
  handle.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  handle.set(CURLOPT_NOSIGNAL, 1L);
  handle.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  handle.set(CURLOPT_USERAGENT, "valetkey/" VALETKEY_VERSION);
  handle.set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  if (has_deadline) handle.set(CURLOPT_TIMEOUT, kWholeSeconds);
  if (!origin_.ca_file.empty()) handle.set(CURLOPT_CAINFO, origin_.ca_file.c_str());
  handle.set(CURLOPT_HTTPHEADER, lines.get());
  handle.set(CURLOPT_ERRORBUFFER, handle.error.data());
  handle.set(CURLOPT_HEADERFUNCTION, on_header);
  handle.set(CURLOPT_HEADERDATA, &transfer);
  handle.set(CURLOPT_WRITEFUNCTION, on_piece);
  handle.set(CURLOPT_WRITEDATA, &transfer);
  if (stream.read) {
    handle.set(CURLOPT_UPLOAD, 1L);
    handle.set(CURLOPT_READFUNCTION, on_read);
    handle.set(CURLOPT_READDATA, &transfer);
    handle.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(stream.size.value_or(-1)));
  }
  if (stream.method == "HEAD") handle.set(CURLOPT_NOBODY, 1L);
  handle.set(CURLOPT_CUSTOMREQUEST, stream.method.c_str());
  const auto ended = curl_easy_perform(handle.curl);
  if (ended == CURLE_OK) return {};
  if (ended == CURLE_ABORTED_BY_CALLBACK) return fail(kUsage, "the body could not be read to its end");
  if (!transfer.is_wanted) return fail(kRefused, "the answer was not read to its end");
  return fail(unreachable(ended, handle.error.data()));
}

Outcome<void> ApiClient::stream(Stream& stream) {
  if (origin_.key.empty()) return fail(no_key(origin_.url));
  return perform(stream, false);
}

Outcome<Reply> ApiClient::call(const Call& call) {
  if (origin_.key.empty()) return fail(no_key(origin_.url));
  Head head;
  std::string answer;
  std::string body = call.body ? json::serialize(*call.body) : std::string();
  std::size_t sent = 0;
  Stream stream{.method = call.method, .path = target_of(call)};
  if (call.body) {
    stream.headers.emplace_back("Content-Type", "application/json");
    stream.size = static_cast<std::int64_t>(body.size());
    stream.read = [&](char* into, std::size_t size) {
      const auto piece = std::min(size, body.size() - sent);
      std::copy_n(body.data() + sent, piece, into);
      sent += piece;
      return piece;
    };
  }
  if (!call.if_match.empty()) stream.headers.emplace_back("If-Match", call.if_match);
  stream.on_head = [&](const Head& each) {
    head = each;
    return true;
  };
  stream.on_piece = [&](std::string_view piece) {
    answer += piece;
    return answer.size() <= kLongestAnswer;
  };
  auto performed = perform(stream, true);
  model::Secret::wipe(body);
  if (!performed) return fail(std::move(performed.error()));
  if (head.status < 200 || head.status > 299) return fail(failure_of(head, answer, origin_));
  Reply reply{.status = head.status, .body = nullptr, .etag = head.header("etag")};
  if (answer.empty()) return reply;
  auto parsed = model::parse_json(answer);
  if (!parsed) return fail(kUnreachable, fmt::format("what answers at {} is not a broker: {}", origin_.url, parsed.error().detail));
  reply.body = std::move(*parsed);
  return reply;
}

Outcome<Reply> ApiClient::open_call(const std::string& path) {
  Reply reply;
  std::string answer;
  Stream stream{.method = "GET", .path = path};
  stream.on_head = [&](const Head& head) {
    reply.status = head.status;
    return true;
  };
  stream.on_piece = [&](std::string_view piece) {
    answer += piece;
    return answer.size() <= kLongestAnswer;
  };
  if (auto performed = perform(stream, true); !performed) return fail(std::move(performed.error()));
  if (auto parsed = model::parse_json(answer)) reply.body = std::move(*parsed);
  return reply;
}

}  // namespace valetkey::cli
