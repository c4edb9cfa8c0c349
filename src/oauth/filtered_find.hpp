#pragma once
#include "vault/records.hpp"

namespace valetkey::oauth {

/// The first `wanted` records behind query.after that `keep` takes, for what no column holds.
template <class Record, class Keep>
ports::Answer<std::vector<Record>> filtered_find(const vault::Records& records, ports::Query query, std::size_t wanted, Keep keep) {
  std::vector<Record> out;
  query.limit = static_cast<int>(wanted);
  for (;;) {
    auto page = co_await records.find<Record>(query);
    if (!page) co_return model::fail(std::move(page.error()));
    const bool is_last = page->size() < wanted;
    for (auto& record : *page) {
      query.after = record.id.str();
      if (keep(record)) out.push_back(std::move(record));
      if (out.size() == wanted) co_return out;
    }
    if (is_last) co_return out;
  }
}

}  // namespace valetkey::oauth
