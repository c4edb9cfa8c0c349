#include "http/resources/sequence_page.hpp"

#include <charconv>

#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

std::optional<std::int64_t> parse_sequence(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

}  // namespace

model::Result<SequencePage> sequence_page_of(const Request& request) {
  auto page = page_of(request);
  if (!page) return model::fail(std::move(page.error()));
  if (page->after.empty()) return SequencePage{page->limit, 0};
  const auto after = parse_sequence(page->after);
  if (!after) return model::fail(model::invalid_input("read the query", {{"/after", "must be the `next` of an earlier page"}}));
  return SequencePage{page->limit, *after};
}

}  // namespace valetkey::http
