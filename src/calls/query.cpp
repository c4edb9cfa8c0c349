#include "calls/query.hpp"

#include <algorithm>

#include "calls/path_rules.hpp"
#include "model/http_text.hpp"

namespace valetkey::calls {

std::string parameter_name(std::string_view raw) {
  std::string name(raw.substr(0, raw.find('=')));
  std::ranges::replace(name, '+', ' ');
  return model::lowered(decoded_wholly(name));
}

}  // namespace valetkey::calls
