#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace valetkey::cli {

/// Reads a stream of server-sent events (WHATWG HTML 9.2.6) piece by piece.
class EventLines {
 public:
  /// Called with the data of each event; false: enough.
  using Handler = std::function<bool(std::string_view data)>;
  explicit EventLines(Handler handler) : handler_(std::move(handler)) {}

  /// False once the handler has enough.
  bool read(std::string_view piece);
  /// Of the last event that was whole, for Last-Event-ID; empty: none had one.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }

 private:
  bool line(std::string_view text);

  Handler handler_;
  std::string rest_;
  std::string data_;
  std::string id_;
  std::string last_id_;
  bool has_data_ = false;
};

}  // namespace valetkey::cli
