#include "http/paging.hpp"

#include <boost/json/object.hpp>
#include <charconv>

#include "model/encoding.hpp"
#include "model/http_text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {

using model::is_control;

namespace {

constexpr int kMostPerPage = 200;
constexpr std::size_t kLongestId = 256;

std::optional<int> parse_limit(std::string_view text) {
  int limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > kMostPerPage) return std::nullopt;
  return limit;
}

std::optional<std::string> parse_cursor(std::string_view text) {
  auto id = model::from_base64url(text);
  if (!id || id->empty() || id->size() > kLongestId || std::ranges::any_of(*id, is_control)) return std::nullopt;
  return id;
}

}  // namespace

model::Result<int> limit_of(const Request& request) {
  const auto text = request.query_value("limit");
  if (!text) return Page{}.limit;
  const auto limit = parse_limit(*text);
  if (!limit) return model::fail(model::invalid_input("read the query", {{"/limit", "must be a number from 1 to 200"}}));
  return *limit;
}

model::Result<Page> page_of(const Request& request) {
  Page page;
  std::vector<model::FieldError> errors;
  if (const auto text = request.query_value("limit")) {
    if (const auto limit = parse_limit(*text)) page.limit = *limit;
    else errors.push_back({"/limit", "must be a number from 1 to 200"});
  }
  if (const auto text = request.query_value("after"); text && !text->empty()) {
    if (auto id = parse_cursor(*text)) page.after = std::move(*id);
    else errors.push_back({"/after", "must be the `next` of an earlier page"});
  }
  if (!errors.empty()) return model::fail(model::invalid_input("read the query", std::move(errors)));
  return page;
}

std::string cursor_of(std::string_view id) { return model::to_base64url(id); }

Response page_response(boost::json::array data, bool has_more, std::string_view last_id) {
  boost::json::object page{{"data", std::move(data)}, {"next", nullptr}};
  if (has_more) page["next"] = cursor_of(last_id);
  return json_response(200, page);
}

}  // namespace valetkey::http
