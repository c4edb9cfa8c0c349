#pragma once
#include "http/paging.hpp"

namespace valetkey::http {

/// A page by sequence: the cursor of a log that is read in the order it was written.
struct SequencePage {
  int limit = 50;
  std::int64_t after = 0;
};

/// `?limit=&after=`, where `after` is the `next` of an earlier page; kInvalidInput.
model::Result<SequencePage> sequence_page_of(const Request& request);

}  // namespace valetkey::http
