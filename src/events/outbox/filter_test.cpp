#include "events/outbox/filter.hpp"

#include <gtest/gtest.h>

namespace valetkey::events {
namespace {

model::Event event_of(std::string type) {
  model::Event event{.id = model::EventId{"evt_1"}, .type = std::move(type)};
  event.connection = "conn_1";
  event.credential = "cred_1";
  event.integration = "slack";
  event.payload = R"({"destination":"dest_1"})";
  return event;
}

struct FilterCase {
  const char* name;
  model::EventFilter filter;
  bool is_wanted;
};

TEST(Filter, wants_what_every_list_names) {
  for (const auto& one : {FilterCase{"everything", {}, true},
                          {"the type", {.types = {"a", "webhook.push"}}, true},
                          {"another type", {.types = {"webhook.pushed"}}, false},
                          {"types that begin so", {.types = {"webhook.*"}}, true},
                          {"all types", {.types = {"*"}}, true},
                          {"the type itself and more", {.types = {"webhook.push.*"}}, false},
                          {"the integration", {.integrations = {"slack"}}, true},
                          {"another integration", {.integrations = {"github"}}, false},
                          {"the credential", {.credentials = {"cred_2", "cred_1"}}, true},
                          {"another credential", {.credentials = {"cred_2"}}, false},
                          {"another connection", {.connections = {"conn_2"}}, false},
                          {"one that fits and one that does not", {.types = {"webhook.*"}, .connections = {"conn_2"}}, false}})
    EXPECT_EQ(is_wanted(event_of("webhook.push"), {.id = model::DestinationId{"dest_1"}, .filter = one.filter}), one.is_wanted) << one.name;
}

TEST(Filter, what_is_told_of_a_destination_never_goes_to_it) {
  for (const char* type : {"delivery.dead", "destination.disabled"}) {
    EXPECT_FALSE(is_wanted(event_of(type), {.id = model::DestinationId{"dest_1"}})) << type;
    EXPECT_TRUE(is_wanted(event_of(type), {.id = model::DestinationId{"dest_2"}})) << type;
  }
  EXPECT_TRUE(is_wanted(event_of("webhook.destination"), {.id = model::DestinationId{"dest_1"}}));
}

}  // namespace
}  // namespace valetkey::events
