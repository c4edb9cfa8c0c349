#include "services/host_pattern.hpp"

#include <algorithm>

#include "model/placeholder_text.hpp"

namespace valetkey::services {
namespace {

constexpr std::size_t kLiteralLabels = 2;

std::vector<std::string_view> labels_of(std::string_view host) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; at <= host.size();) {
    const auto end = std::min(host.find('.', at), host.size());
    out.push_back(host.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

bool is_host_of(const std::vector<std::string_view>& labels, std::string_view pattern) {
  const auto expected = labels_of(pattern);
  return std::ranges::equal(labels, expected, [](std::string_view label, std::string_view one) {
    return label == one || (one == "*" && model::is_host_label(label));
  });
}

}  // namespace

bool is_host_pattern(std::string_view pattern) {
  if (pattern == "localhost") return true;
  const auto labels = labels_of(pattern);
  if (pattern.size() > 253 || labels.size() < kLiteralLabels) return false;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto may_be_any = i + kLiteralLabels < labels.size();
    if (!model::is_host_label(labels[i]) && !(may_be_any && labels[i] == "*")) return false;
  }
  return true;
}

bool is_pinned(std::string_view host, const std::vector<std::string>& patterns) {
  const auto labels = labels_of(host);
  return std::ranges::any_of(patterns, [&](const std::string& pattern) { return is_host_of(labels, pattern); });
}

}  // namespace valetkey::services
