#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace valetkey::calls {

/// A text with the access token at some places: what a declared header or parameter is filled from at each call.
class TokenText {
 public:
  void add(std::string_view text) { parts_.back() += text; }
  void add_token() { parts_.emplace_back(); }

  [[nodiscard]] std::string with(std::string_view token) const {
    std::string out;
    out.reserve(parts_.front().size() + (parts_.size() - 1) * token.size() + parts_.back().size());
    out = parts_.front();
    for (std::size_t i = 1; i < parts_.size(); ++i) out.append(token).append(parts_[i]);
    return out;
  }

 private:
  std::vector<std::string> parts_{1};  ///< what stands between the tokens
};

}  // namespace valetkey::calls
