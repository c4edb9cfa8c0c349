#pragma once
#include <boost/json/array.hpp>
#include <string>

#include "http/request.hpp"
#include "http/response.hpp"

namespace valetkey::http {

struct Page {
  int limit = 50;     ///< 1 to 200
  std::string after;  ///< decoded: id of the last one seen; empty: from the start
};

/// `?limit=&after=`; kInvalidInput.
model::Result<Page> page_of(const Request& request);
/// `?limit=` alone; kInvalidInput.
model::Result<int> limit_of(const Request& request);
/// The opaque cursor behind `id`.
std::string cursor_of(std::string_view id);
/// `{data, next}`; `next` is null on the last page. Ask the store for limit + 1 rows, and pass `has_more` and the id of the last one shown.
Response page_response(boost::json::array data, bool has_more, std::string_view last_id);

}  // namespace valetkey::http
