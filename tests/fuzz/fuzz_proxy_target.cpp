// Where a call of the proxy goes: first line the path of the base URI, second the raw rest of the path, third the raw query. However a
// server decodes the path, and wherever it looks for segments, what was accepted stays below the base.
#include <algorithm>
#include <string>

#include "calls/path_rules.hpp"
#include "calls/target.hpp"
#include "fuzz/property.hpp"

namespace {

using valetkey::fuzz::require;
using valetkey::fuzz::take_line;
namespace calls = valetkey::calls;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// One round of percent-decoding, of all escapes or only of those that `wanted` allows.
template <class Wanted>
std::string decoded_once(std::string_view text, Wanted wanted) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      const auto c = static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      if (wanted(c)) {
        out += c;
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

/// How deep a server ends up below the root when it follows dot segments of `path`; the lowest on the way.
int lowest_depth(std::string_view path, bool cuts_parameters, bool merges_slashes) {
  int depth = 0;
  int lowest = 0;
  while (!path.empty()) {
    const auto end = path.find('/');
    auto segment = path.substr(0, end);
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end + 1);
    if (cuts_parameters) segment = segment.substr(0, segment.find(';'));
    if (segment == "..") lowest = std::min(lowest, --depth);
    else if (segment != "." && !(segment.empty() && merges_slashes)) ++depth;
  }
  return lowest;
}

void check_stays(std::string_view text) {
  require(text.find('\\') == std::string_view::npos, "no backslash");
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "no control byte");
  for (const bool cuts : {false, true})
    for (const bool merges : {false, true}) require(lowest_depth(text, cuts, merges) >= 0, "what is below the base stays below it");
}

/// Every reading of a server: any number of rounds, of all escapes or of some.
void check_readings(std::string_view rest) {
  const auto all = [](char) { return true; };
  const auto unreserved = [](char c) { return c == '.' || c == '%'; };
  const auto no_slash = [](char c) { return c != '/'; };
  std::string by_all(rest), by_unreserved(rest), by_no_slash(rest);
  for (int round = 0; round < 4; ++round) {
    for (const auto* text : {&by_all, &by_unreserved, &by_no_slash}) check_stays(*text);
    by_all = decoded_once(by_all, all);
    by_unreserved = decoded_once(by_unreserved, unreserved);
    by_no_slash = decoded_once(by_no_slash, no_slash);
  }
}

/// Parameters of this name, as servers see them that end one at an ampersand or at a semicolon.
int count_named(std::string_view query, std::string_view wanted) {
  int count = 0;
  while (!query.empty()) {
    const auto end = query.find_first_of("&;");
    const auto part = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (decoded_once(part.substr(0, part.find('=')), [](char) { return true; }) == wanted) ++count;
  }
  return count;
}

calls::Api api_at(std::string_view base_path) {
  calls::Api api;
  const auto url = valetkey::model::parse_endpoint_url("https://api.example" + std::string(base_path));
  if (!url || url->has_query) return api;
  api.base = *url;
  api.base_path = url->path;
  if (api.base_path.ends_with('/')) api.base_path.pop_back();
  return api;
}

void call_target(std::string_view input) {
  const auto base_path = take_line(input);
  const auto rest = take_line(input);
  auto api = api_at(base_path);
  if (api.base.host.empty()) return;
  const auto target = calls::target_of(api, {.path = rest, .query = input}, "token");
  if (calls::path_fault(rest)) require(!target, "a path that leads out is refused");
  if (!target) return;
  require(target->find_first_of(" #\r\n\t") == std::string::npos, "a target is one word");
  require(*target == api.base_path + "/" + std::string(rest) + "?" + std::string(input), "what is accepted passes unchanged");
  check_readings(rest);

  calls::FixedParameter key{"key", {}};
  key.text.add("key=");
  key.text.add_token();
  api.query.push_back(key);
  const auto keyed = calls::target_of(api, {.path = rest, .query = input}, "token");
  require(keyed.has_value() && keyed->ends_with("key=token"), "the integration's parameter is the last");
  require(count_named(std::string_view(*keyed).substr(keyed->find('?') + 1), "key") == 1, "and the only one of its name");
}

}  // namespace

VALETKEY_FUZZ_TARGET(call_target)
