#include "events/delivery/destination_document.hpp"

#include <boost/json.hpp>

#include "model/json_reader.hpp"
#include "model/url.hpp"

namespace valetkey::events {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostNames = 200;
constexpr model::TextLimits kName{.least = 1, .most = 100};
constexpr model::TextLimits kType{.least = 1, .most = 250};

std::string url_of(model::JsonReader& reader, const std::string& before) {
  const auto text = reader.optional_string("url", {.least = 1, .most = 2048});
  if (!text) return before;
  const auto url = model::parse_endpoint_url(*text);
  if (!url) reader.error("url", url.error().detail);
  return url ? model::to_string(*url) : before;
}

void read_types(model::JsonReader& reader, std::vector<std::string>& into) {
  auto types = reader.optional_strings("types", kMostNames, kType);
  if (!types) return;
  for (const auto& type : *types)
    if (const auto star = type.find('*'); star != std::string::npos && star + 1 != type.size())
      reader.error("types", "a type may hold `*` at its end only");
  into = std::move(*types);
}

void read_filter(model::JsonReader& reader, model::EventFilter& into) {
  if (reader.is_null("filter")) {
    (void)reader.raw("filter");
    into = {};
    return;
  }
  auto filter = reader.optional_object("filter");
  if (!filter) return;
  read_types(*filter, into.types);
  for (const auto& [name, list] :
       {std::pair{"integrations", &into.integrations}, {"credentials", &into.credentials}, {"connections", &into.connections}})
    if (auto names = filter->optional_strings(name, kMostNames, kName)) *list = std::move(*names);
  filter->finish();
}

template <class List>
json::array array_of(const List& list) {
  return json::array(list.begin(), list.end());
}

}  // namespace

model::Result<DestinationWish> read_destination(const json::object& body, const model::Destination& before) {
  std::vector<model::FieldError> errors;
  model::JsonReader reader(body, "", errors);
  DestinationWish wish{before};
  auto& destination = wish.destination;
  const bool is_new = before.id.empty();
  if (is_new || reader.has("name")) destination.name = reader.required_string("name", kName);
  destination.description = reader.string_or("description", before.description, {.most = 1000});
  if (is_new && reader.raw("url") == nullptr) reader.error("url", "is missing");
  destination.url = url_of(reader, before.url);
  read_filter(reader, destination.filter);
  if (const auto enabled = reader.optional_bool("enabled"); enabled && *enabled != destination.is_enabled) {
    destination.is_enabled = *enabled;
    destination.disabled_reason = *enabled ? "" : "by_operator";
  }
  if (!is_new) wish.keeps_secret = reader.optional_bool("keep_secret").value_or(false);
  reader.finish();
  if (!errors.empty()) return model::fail(model::invalid_input("read the destination", std::move(errors)));
  return wish;
}

json::object destination_document(const model::Destination& destination, model::WallTime now) {
  json::array secrets;
  for (const auto& secret : destination.secrets) {
    if (secret.valid_until && *secret.valid_until <= now) continue;
    secrets.push_back(
        json::object{{"set_at", model::to_rfc3339(secret.set_at)},
                     {"valid_until", secret.valid_until ? json::value(model::to_rfc3339(*secret.valid_until)) : json::value(nullptr)}});
  }
  const auto& filter = destination.filter;
  return {{"id", destination.id.str()},
          {"name", destination.name},
          {"description", destination.description},
          {"url", destination.url},
          {"filter",
           {{"types", array_of(filter.types)},
            {"integrations", array_of(filter.integrations)},
            {"credentials", array_of(filter.credentials)},
            {"connections", array_of(filter.connections)}}},
          {"secrets", std::move(secrets)},
          {"enabled", destination.is_enabled},
          {"disabled_reason", destination.disabled_reason.empty() ? json::value(nullptr) : json::value(destination.disabled_reason)},
          {"created_at", model::to_rfc3339(destination.created_at)},
          {"updated_at", model::to_rfc3339(destination.updated_at)}};
}

}  // namespace valetkey::events
