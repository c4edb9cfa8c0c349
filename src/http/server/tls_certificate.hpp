#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

#include "http/server/settings.hpp"
#include "ports/log.hpp"

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming): the name is Asio's
}

namespace valetkey::http::server {

/// The certificate in force. TLS 1.2 and up, HTTP/1.1 only. Thread safe.
class TlsCertificate {
 public:
  TlsCertificate(TlsFiles files, ports::Log& log) : files_(std::move(files)), log_(log) {}

  /// kInvalidInput, saying which file and why.
  model::Result<void> load();
  /// Loads again when a file changed; a broken new one is logged once and the old one stays.
  void reload_if_changed();
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;

 private:
  struct Stamp {
    std::filesystem::file_time_type certificate{};
    std::filesystem::file_time_type key{};
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  [[nodiscard]] Stamp stamp() const;

  TlsFiles files_;
  ports::Log& log_;
  Stamp seen_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;
};

}  // namespace valetkey::http::server
