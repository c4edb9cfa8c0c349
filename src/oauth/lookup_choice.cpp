#include "oauth/lookup_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <ranges>

#include "model/http_text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::oauth {
namespace {

namespace json = boost::json;
using model::LookUp;

constexpr std::size_t kMostChoices = 50;

/// One thing to choose. Servers list the same twice, once for each of their products.
struct Item {
  Fields values;
  std::vector<std::string> names;  ///< by which it may be named, plain
  std::string label;
  bool is_default = false;
};

std::string text_at(const json::value& item, const std::string& path) {
  const auto* value = model::at_path(item, path);
  return value == nullptr ? std::string{} : model::scalar_text(*value).value_or("");
}

/// People write an address with or without its beginning and end, and in any case.
std::string plain(std::string_view text) {
  constexpr std::string_view kHttps = "https://";
  auto out = model::lowered(text);
  if (out.starts_with(kHttps)) out.erase(0, kHttps.size());
  while (out.ends_with('/')) out.pop_back();
  return out;
}

std::optional<Item> read_item(const LookUp& lookup, const json::value& source, const Wanted& wanted) {
  Item item;
  for (const auto& [placeholder, path] : lookup.fill) {
    auto value = text_at(source, path);
    if (value.empty()) return std::nullopt;
    item.values[placeholder] = std::move(value);
  }
  for (const auto& path : lookup.choose.among)
    if (auto name = plain(text_at(source, path)); !name.empty()) item.names.push_back(std::move(name));
  auto label = lookup.label.empty() ? std::string{} : text_at(source, lookup.label);
  if (label.empty()) label = item.values.begin()->second;
  item.label = model::clipped(label, wanted.secrets);
  item.is_default = !lookup.choose.default_flag.empty() && text_at(source, lookup.choose.default_flag) == "true";
  return item;
}

/// The items of an answer, each once.
class Items {
 public:
  void add(Item item) {
    const auto [known, is_new] = place_.emplace(item.values, all_.size());
    if (is_new) {
      all_.push_back(std::move(item));
      return;
    }
    auto& same = all_[known->second];
    same.names.insert(same.names.end(), item.names.begin(), item.names.end());
    same.is_default = same.is_default || item.is_default;
  }
  /// Labels that two have get what they stand for behind them, and each item answers to its label: what was shown can be named.
  std::vector<Item> take() && {
    std::map<std::string, int, std::less<>> times;
    for (const auto& item : all_) ++times[item.label];
    for (auto& item : all_) {
      const auto values = item.values | std::views::values;
      if (times[item.label] > 1) item.label = model::clipped(fmt::format("{} ({})", item.label, fmt::join(values, ", ")));
      item.names.push_back(plain(item.label));
    }
    return std::move(all_);
  }

 private:
  std::vector<Item> all_;
  std::map<Fields, std::size_t> place_;
};

std::vector<Item> items_of(const LookUp& lookup, const json::value& answer, const Wanted& wanted) {
  Items items;
  const auto add = [&](const json::value& source) {
    if (auto item = read_item(lookup, source, wanted)) items.add(std::move(*item));
  };
  const auto* found = model::at_path(answer, lookup.items);
  if (found != nullptr && found->is_object()) add(*found);
  if (found != nullptr && found->is_array())
    for (const auto& each : found->as_array()) add(each);
  return std::move(items).take();
}

std::unexpected<LookUpFailure> undecided(const LookUp& lookup, std::string_view code, std::string_view why,
                                         const std::vector<Item>& items) {
  LookUpFailure failure{.code = std::string(code), .field = lookup.choose.by};
  for (const auto& item : items | std::views::take(kMostChoices)) failure.choices.push_back(item.label);
  failure.has_more = items.size() > kMostChoices;
  failure.error = {.code = model::Code::kProviderRejected,
                   .detail = fmt::format("look up the {}: {}; there {}: {}", lookup.name, why, items.size() == 1 ? "is" : "are",
                                         fmt::join(failure.choices, ", "))};
  return std::unexpected(std::move(failure));
}

}  // namespace

std::expected<Fields, LookUpFailure> chosen_values(const LookUp& lookup, const json::value& answer, const Wanted& wanted) {
  const auto items = items_of(lookup, answer, wanted);
  if (items.empty())
    return std::unexpected(LookUpFailure{
        .code = "lookup_failed",
        .error = {.code = model::Code::kProviderRejected, .detail = fmt::format("look up the {}: the account has none", lookup.name)}});

  if (!wanted.named.empty()) {
    const auto is_meant = [name = plain(wanted.named)](const Item& item) {
      return std::ranges::find(item.names, name) != item.names.end();
    };
    const auto meant = std::ranges::find_if(items, is_meant);
    if (meant == items.end()) return undecided(lookup, "choice_unknown", "the account has none of the name that was given", items);
    if (std::ranges::count_if(items, is_meant) > 1)
      return undecided(lookup, "choice_needed", "several have the name that was given", items);
    return meant->values;
  }
  if (!wanted.earlier.empty()) {
    // Another one would put one customer's data into another's connection, also where it is the only one left.
    const auto kept = std::ranges::find(items, wanted.earlier, &Item::values);
    if (kept == items.end()) return undecided(lookup, "choice_gone", "the account has no longer the one that the connection is for", items);
    return kept->values;
  }
  if (items.size() == 1) return items.front().values;
  const auto marked = std::ranges::find_if(items, &Item::is_default);
  if (marked != items.end() && std::ranges::count_if(items, &Item::is_default) == 1) return marked->values;
  return undecided(lookup, "choice_needed", "the account has several and none was named", items);
}

}  // namespace valetkey::oauth
