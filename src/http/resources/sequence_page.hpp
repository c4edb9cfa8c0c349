#pragma once
#include <optional>
#include <string_view>

#include "http/paging.hpp"

namespace valetkey::http {

/// A page by sequence: the cursor of a log that is read in the order it was written.
struct SequencePage {
  int limit = 50;
  std::int64_t after = 0;
};

/// A sequence as a number or as the `next` of an earlier page; nullopt: it is neither.
std::optional<std::int64_t> read_after(std::string_view after);
/// `?limit=&after=`, where `after` is what read_after() reads; kInvalidInput.
model::Result<SequencePage> sequence_page_of(const Request& request);

}  // namespace valetkey::http
