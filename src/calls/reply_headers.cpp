#include "calls/reply_headers.hpp"

#include <algorithm>

#include "calls/name_list.hpp"

namespace valetkey::calls {
namespace {

constexpr std::string_view kUpstreamRequestId = "Valetkey-Upstream-Request-Id";

/// Sorted. What S13 takes away, what it sets itself, and what the server writes.
constexpr std::string_view kDropped[] = {"alt-svc",
                                         "clear-site-data",
                                         "connection",
                                         "content-length",
                                         "content-security-policy",
                                         "content-security-policy-report-only",
                                         "cross-origin-resource-policy",
                                         "date",
                                         "keep-alive",
                                         "nel",
                                         "public-key-pins",
                                         "public-key-pins-report-only",
                                         "refresh",
                                         "report-to",
                                         "reporting-endpoints",
                                         "service-worker-allowed",
                                         "set-cookie",
                                         "set-cookie2",
                                         "strict-transport-security",
                                         "trailer",
                                         "transfer-encoding",
                                         "upgrade",
                                         "x-content-type-options"};
static_assert(std::ranges::is_sorted(kDropped));

constexpr std::string_view kDroppedPrefixes[] = {"access-control-", "proxy-", "valetkey-"};

/// A name in lower case, without a copy on the heap; longer than any that counts, it is cut.
class LowerName {
 public:
  explicit LowerName(std::string_view name) : size_(std::min(name.size(), text_.size())) {
    for (std::size_t i = 0; i < size_; ++i) text_[i] = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] | 0x20) : name[i];
  }
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

 private:
  std::array<char, 48> text_;
  std::size_t size_;
};

constexpr NameList kLost{kDropped, kDroppedPrefixes};

}  // namespace

ports::Headers reply_headers(ports::Headers received) {
  std::erase_if(received, [](auto& header) {
    const LowerName name(header.first);
    if (name.text() == "x-request-id") header.first = kUpstreamRequestId;
    return kLost.holds(name.text());
  });
  received.reserve(received.size() + kIsolation.size() + 2);
  for (const auto& [name, value] : kIsolation) received.emplace_back(name, value);
  return received;
}

}  // namespace valetkey::calls
