#pragma once
#include <array>
#include <memory>
#include <string>

#include "adapters/curl/curl_http_client.hpp"
#include "model/url.hpp"
#include "ports/completion.hpp"
#include "ports/http_client.hpp"

struct curl_slist;     // NOLINT(readability-identifier-naming): libcurl names it
struct curl_sockaddr;  // NOLINT(readability-identifier-naming)

namespace valetkey::adapters::curl {

using Outcome = std::expected<ports::HttpResponse, ports::HttpFailure>;

/// One call: its easy handle, the callbacks that libcurl makes for it, and what is known of it. Lives on the transfer thread, except
/// for its making.
class Call {
 public:
  /// `url` is the parsed request.url; `ends_at` its deadline.
  Call(ports::HttpRequest request, const model::Url& url, model::BootTime ends_at, ports::Completion<Outcome> done);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] model::BootTime ends_at() const { return ends_at_; }

  /// Makes the easy handle, ready to be added to a multi handle. Null when libcurl refuses.
  void* start(const Settings& settings, model::Milliseconds left);
  [[nodiscard]] void* easy() const { return easy_; }

  /// Answers the caller with what libcurl's result (CURLcode) means for what was sent. Each call ends exactly once.
  void finish(int result);
  /// Answers the caller that it never started, or was cut off, because of `reason`.
  void abandon(std::string_view reason);

 private:
  class Options;

  // libcurl calls these; an exception must not pass through it
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) noexcept;
  static int on_socket(void* self, int purpose, curl_sockaddr* address) noexcept;
  static int on_connected(void* self, char* remote, char* local, int remote_port, int local_port) noexcept;

  bool set_options(Options& options, const Settings& settings, model::Milliseconds left);
  bool set_request(Options& options);
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  [[nodiscard]] ports::HttpFailure failure(std::string_view reason, std::string log) const;

  ports::HttpRequest request_;
  std::string url_;   ///< canonical: what is dialled
  std::string host_;  ///< for errors
  model::BootTime ends_at_;
  ports::Completion<Outcome> done_;

  void* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  const model::AddressPolicy* policy_ = nullptr;
  std::array<char, 256> error_text_{};

  ports::HttpResponse response_;
  std::size_t header_bytes_ = 0;
  bool has_headers_ = false;       ///< the final header block is complete: what follows are trailers
  std::string_view refused_by_us_; ///< why a callback of ours ended the call
  bool is_cut_ = false;            ///< as much of the body as was wanted is there
  bool was_sent_ = false;
  bool has_socket_ = false;        ///< the policy let at least one address pass
  std::string denied_;             ///< what it refused last, for the log
};

}  // namespace valetkey::adapters::curl
