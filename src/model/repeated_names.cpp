#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <string>
#include <vector>

#include "model/jws.hpp"

namespace valetkey::model {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

/// Sees the names of the objects that are open, and stops at the first that comes again.
struct Names {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code&) {
    open.pop_back();
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(string_view text, std::size_t, error_code&) {
    name.append(text.data(), text.size());
    return true;
  }
  bool on_key(string_view text, std::size_t, error_code& failed) {
    name.append(text.data(), text.size());
    is_repeated = !open.back().insert(std::exchange(name, {})).second;
    if (is_repeated) failed = json::error::syntax;
    return !is_repeated;
  }
  bool on_string_part(string_view, std::size_t, error_code&) { return true; }
  bool on_string(string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, string_view, error_code&) { return true; }
  bool on_double(double, string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

  std::vector<std::set<std::string>> open;
  std::string name;
  bool is_repeated = false;
};

}  // namespace

bool has_repeated_names(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::basic_parser<Names> parser(options);
  error_code failed;
  parser.write_some(false, text.data(), text.size(), failed);
  return parser.handler().is_repeated;
}

}  // namespace valetkey::model
