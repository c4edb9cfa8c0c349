#include "vault/root_wraps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace valetkey::vault {

using model::Code;

ports::Answer<std::vector<Wrap>> RootWraps::wrap(model::Secret key, std::string context) const {
  std::vector<Wrap> wraps;
  for (auto* wrapper : {&root_, recovery_}) {
    if (wrapper == nullptr) continue;
    auto root = wrapper->current();
    auto wrapped = co_await wrapper->wrap(key, context);
    if (!wrapped) co_return model::fail(model::in_context(std::move(wrapped.error()), fmt::format("wrap under root key {}", root)));
    wraps.push_back({std::move(root), std::move(*wrapped)});
  }
  co_return wraps;
}

ports::Answer<model::Secret> RootWraps::unwrap(DataKeyRecord record) const {
  const auto context = wrap_context(record);
  std::string roots;
  for (const auto& wrap : record.wraps) {
    auto key = co_await root_.unwrap(wrap.root, wrap.wrapped, context);
    if (key) co_return std::move(*key);
    // A key service that does not answer is not a key that does not fit.
    if (key.error().code != Code::kKeyUnavailable) co_return model::fail(std::move(key.error()));
    roots.append(roots.empty() ? "" : ", ").append(wrap.root);
  }
  co_return model::fail(Code::kKeyUnavailable,
                        fmt::format("open data key {}: it is wrapped under root key {}, and no given root key opens it; "
                                    "give that root key again (the one that seals now is {})",
                                    record.id, roots.empty() ? "(none)" : roots, root_.current()));
}

bool RootWraps::is_up_to_date(const DataKeyRecord& record) const {
  std::vector<std::string> wanted{root_.current()};
  if (recovery_ != nullptr) wanted.push_back(recovery_->current());
  return std::ranges::equal(record.wraps, wanted, {}, &Wrap::root);
}

}  // namespace valetkey::vault
