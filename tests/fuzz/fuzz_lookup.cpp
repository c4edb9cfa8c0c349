// Answers of look-ups: whatever is taken comes from one item of the answer, and whatever is listed can be named.
#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/json_reader.hpp"
#include "oauth/lookup_choice.hpp"

namespace {

using valetkey::fuzz::require;
using valetkey::oauth::chosen_values;
using valetkey::oauth::Wanted;

const valetkey::model::LookUp& lookup() {
  static const valetkey::model::LookUp made{.name = "site",
                                            .url = "https://acme.example/sites",
                                            .items = "sites",
                                            .label = "name",
                                            .choose = {.by = "site", .among = {"url", "name"}, .default_flag = "main"},
                                            .fill = {{"cloud_id", "id"}, {"server", "server.url"}}};
  return made;
}

void check_named(const boost::json::value& answer, const std::string& choice) {
  const auto values = chosen_values(lookup(), answer, Wanted{.named = choice});
  require(values || values.error().code == "choice_needed", "what is listed is found again");
}

void read_answer(std::string_view text) {
  const auto answer = valetkey::model::parse_json(text);
  if (!answer) return;
  const auto values = chosen_values(lookup(), *answer, {});
  if (values) {
    require(values->size() == 2, "all placeholders are filled");
    for (const auto& [name, value] : *values) require(!value.empty(), "no value is empty");
    const auto kept = chosen_values(lookup(), *answer, Wanted{.earlier = *values});
    require(kept && *kept == *values, "what was taken is kept");
    return;
  }
  require(values.error().choices.size() <= 50, "the list is bounded");
  for (const auto& choice : values.error().choices) check_named(*answer, choice);
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_answer)
