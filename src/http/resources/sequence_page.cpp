#include "http/resources/sequence_page.hpp"

#include <charconv>

#include "model/encoding.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {

std::optional<std::int64_t> read_after(std::string_view after) {
  // A cursor begins with a letter, as the base64 of all digits does.
  const bool is_number = !after.empty() && after.front() >= '0' && after.front() <= '9';
  const auto text = is_number ? std::string(after) : model::from_base64url(after).value_or("");
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

model::Result<SequencePage> sequence_page_of(const Request& request) {
  const auto text = request.query_value("after").value_or("");
  const auto after = text.empty() ? std::optional<std::int64_t>(0) : read_after(text);
  auto limit = limit_of(request);
  if (after && limit) return SequencePage{*limit, *after};
  auto error = limit ? model::invalid_input("read the query", {}) : std::move(limit.error());
  if (!after) error.fields.push_back({"/after", "must be a sequence, or the `next` of an earlier page"});
  return model::fail(std::move(error));
}

}  // namespace valetkey::http
