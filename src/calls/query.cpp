#include "calls/query.hpp"

#include <algorithm>

#include "calls/path_rules.hpp"

namespace valetkey::calls {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string parameter_name(std::string_view raw) {
  std::string name(raw.substr(0, raw.find('=')));
  std::ranges::replace(name, '+', ' ');
  return lowered(decoded_wholly(name));
}

}  // namespace valetkey::calls
