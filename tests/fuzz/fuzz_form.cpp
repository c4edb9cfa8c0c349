// application/x-www-form-urlencoded, both ways.
#include "fuzz/property.hpp"
#include "model/encoding.hpp"
#include "model/form.hpp"
#include "model/url.hpp"

namespace {

using valetkey::fuzz::require;
namespace model = valetkey::model;

/// The input as names and values.
model::Pairs pairs_of(std::string_view text) {
  model::Pairs pairs;
  while (!text.empty() && pairs.size() < 16) {
    const auto line = valetkey::fuzz::take_line(text);
    const auto tab = line.find('\t');
    pairs.emplace_back(line.substr(0, tab), tab == std::string_view::npos ? std::string_view{} : line.substr(tab + 1));
  }
  return pairs;
}

void read_and_write(std::string_view text) {
  if (const auto read = model::parse_form(text)) {
    require(read->size() <= model::FormLimits{}.most_pairs, "no more pairs than the limit");
    require(model::parse_form(model::to_form(*read)) == *read, "a form that was written reads as the same pairs");
    for (const auto& [name, value] : *read) {
      require(model::as_utf8(name) == name && model::as_utf8(value) == value, "names and values are UTF-8");
      const auto found = model::single_value(*read, name);
      if (found) require(*found == value, "a parameter that comes once has its value");
    }
  }
  const auto pairs = pairs_of(model::as_utf8(text));
  const auto form = model::to_form(pairs);
  require(model::parse_form(form) == pairs, "every pair survives a form");
  require(form.find_first_of(" \r\n\"<>") == std::string::npos, "a form holds no byte that ends it");

  const auto url = model::with_query(*model::parse_url("https://example.com/a?b=c"), pairs);
  const auto again = model::parse_url(model::to_string(url));
  if (!again) return require(model::to_string(url).size() > 8192, "parameters leave a URL readable unless it gets too long");
  auto query = model::parse_form(again->query);
  require(query && query->size() == pairs.size() + 1, "a parameter adds one parameter");
  query->erase(query->begin());
  require(*query == pairs, "every pair survives a query");
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_and_write)
