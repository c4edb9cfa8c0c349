#include <algorithm>
#include <map>
#include <vector>

#include "model/digest.hpp"
#include "model/encoding.hpp"
#include "model/form.hpp"
#include "services/verify/jwt_claims.hpp"

namespace valetkey::services::verify {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

/// Sorted by encoded name, the encoded values of a repeated name sorted and joined with commas.
std::string canonical_query(std::string_view query) {
  std::map<std::string, std::vector<std::string>> sorted;
  const auto pairs = model::parse_form(query);
  if (!pairs) return {};
  for (const auto& [name, value] : *pairs)
    if (name != "jwt") sorted[model::percent_encode(name)].push_back(model::percent_encode(value));
  std::string out;
  for (auto& [name, values] : sorted) {
    std::ranges::sort(values);
    out.append(out.empty() ? "" : "&").append(name).append("=");
    for (std::size_t i = 0; i < values.size(); ++i) out.append(i == 0 ? "" : ",").append(values[i]);
  }
  return out;
}

/// Without a slash at its end, with an ampersand that cannot be taken for a separator.
std::string canonical_path(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path.empty()) return "/";
  std::string out;
  for (const char c : path) out.append(c == '&' ? std::string("%26") : std::string(1, c));
  return out;
}

}  // namespace

std::string query_hash(const Incoming& request, std::string_view path) {
  return model::sha256_hex(upper(request.method) + "&" + canonical_path(path) + "&" + canonical_query(request.query_text));
}

}  // namespace valetkey::services::verify
