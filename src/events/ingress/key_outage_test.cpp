#include <gmock/gmock.h>

#include "support/events_rig.hpp"

namespace valetkey::events {
namespace {

const test::PresetTexts kPresets{
    {"cloud", R"j({"slug":"cloud","title":"Cloud","documentation_url":"https://cloud.example","checked_on":"2026-01-01","confidence":"sdk",
      "notes":"The body is not signed",
      "parameters":[{"name":"audience","title":"Audience","help":"Which"}],
      "verify":[{"scheme":"jwt","algorithms":["RS256"],"key":{"jwks":"https://cloud.example/keys","hosts":["cloud.example"]},
                 "signature":{"bearer":true},"claims":{"audience":"{param.audience}"},"covers_body":false}],
      "parse":{"format":"json"},"event":{"type":"type"}})j"}};

TEST(KeyOutage, security_s33_keys_that_cannot_be_fetched_are_no_fault_of_the_sender) {
  test::EventsRig rig(kPresets);
  const auto endpoint =
      rig.change(rig.add_endpoint("cloud", "key", {"webhook_event_verification", "webhook_parser"}), R"({"parameters":{"audience":"me"}})");
  rig.network.answer = [](const ports::HttpRequest&) -> std::expected<ports::HttpResponse, ports::HttpFailure> {
    return std::unexpected(ports::HttpFailure{.error = {.code = model::Code::kProviderUnavailable}});
  };
  const auto token = model::to_base64url(R"({"alg":"RS256","kid":"k"})") + "." + model::to_base64url(R"({"aud":"me","exp":9999999999})") +
                     "." + model::to_base64url(std::string(256, 's'));
  for (int i = 0; i < 40; ++i) {
    const auto answer = rig.receive(test::EventsRig::arrival("cloud", "key", R"({"type":"a"})", {{"authorization", "Bearer " + token}}));
    ASSERT_EQ(test::EventsRig::status_of(answer), 503) << i;
    EXPECT_EQ(answer.code, "key_unavailable");
    EXPECT_EQ(answer.reply.headers.front().first, "retry-after");
  }
  EXPECT_THAT(rig.all<model::ReceivedRequest>(), testing::IsEmpty());
  EXPECT_THAT(rig.ingress->rejected_of(endpoint.id), testing::IsEmpty());
}

}  // namespace
}  // namespace valetkey::events
