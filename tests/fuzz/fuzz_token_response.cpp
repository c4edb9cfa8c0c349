// Answers of token endpoints, as several integrations declare them.
#include "oauth/token_response.hpp"

#include <boost/json.hpp>

#include "fuzz/property.hpp"
#include "model/json_reader.hpp"

namespace {

using valetkey::fuzz::require;
using valetkey::oauth::Meaning;
namespace json = boost::json;
namespace model = valetkey::model;
namespace oauth = valetkey::oauth;

constexpr std::string_view kSecret = "rt-spent-0123456789";
constexpr model::WallTime kSentAt{std::chrono::sys_days{std::chrono::January / 1 / 2026}};

const std::vector<model::Integration>& integrations() {
  static const auto made = [] {
    std::vector<model::Integration> out(3);
    out[1].scope_separator = ",";
    out[1].tokens = {
        {.name = "user", .access_token = "authed_user.access_token", .expires_in = "authed_user.expires_in", .scope = "authed_user.scope"}};
    out[1].capture.token_response = {{"instance_url", "team.url"}};
    out[2].response = {.access_token = "data.token",
                       .refresh_token = "data.refresh",
                       .expires_at = "data.until",
                       .error = "ok_error",
                       .unit = model::LifetimeUnit::kMilliseconds};
    out[2].response.default_lifetime = model::Seconds{3600};
    return out;
  }();
  return made;
}

void check_answer(const model::Integration& integration, int status, const oauth::TokenAnswer& answer) {
  require(status >= 200 && status < 300, "only a success gives a token");
  require(!answer.access_token.empty() || !answer.named.empty(), "a success holds a token");
  for (const auto& named : answer.named) require(!named.access_token.empty(), "a named token is a token");
  require(!answer.token_type.empty(), "a token has a type");
  if (answer.refresh_expires_at) require(*answer.refresh_expires_at >= kSentAt, "lifetimes count from before the send");
  if (answer.expires_at && integration.response.expires_at.empty())
    require(*answer.expires_at >= kSentAt && *answer.expires_at < kSentAt + std::chrono::years{11},
            "a lifetime is counted from before the send, and bounded");
  const auto extra = model::parse_json(answer.extra.reveal());
  require(extra && extra->is_object(), "the other members are an object");
  for (const auto* name : {"access_token", "refresh_token", "id_token"})
    require(!extra->as_object().contains(name), "a token is not among the other members");
  if (answer.scopes)
    for (const auto& scope : *answer.scopes) require(!scope.empty() || integration.slug.empty(), "a scope has a name");
}

void check_failure(int status, const oauth::TokenFailure& failure) {
  require(!failure.code.empty(), "a failure has a code");
  for (const auto* text : {&failure.code, &failure.description}) {
    require(text->size() <= 200, "outside text is cut (S22)");
    require(text->find(kSecret) == std::string::npos, "outside text does not repeat a secret (S22)");
    require(text->find_first_of("\r\n\t\0\x1b\x7f") == std::string::npos, "outside text has no control bytes (S22)");
  }
  if (status == 429 || status == 503) require(failure.meaning == Meaning::kTransient, "429 and 503 are not processed");
  else if (status >= 500) require(failure.meaning == Meaning::kUnknown, "another server error may have been processed");
  if (failure.meaning == Meaning::kGrantDead)
    require(failure.code == "invalid_grant" && status < 500, "a grant dies of invalid_grant only");
  if (failure.retry_after) require(failure.retry_after->count() >= 0 && failure.retry_after->count() <= 86'400, "a wait is at most a day");
}

/// Line 1: the status; line 2: the media type; line 3: Retry-After; the rest: the body.
void read_answer(std::string_view input) {
  const auto first = valetkey::fuzz::take_line(input);
  const auto media_type = valetkey::fuzz::take_line(input);
  const auto retry_after = valetkey::fuzz::take_line(input);
  int status = 0;
  for (const char c : first.substr(0, 3)) status = status * 10 + (c >= '0' && c <= '9' ? c - '0' : 0);
  for (const auto& integration : integrations()) {
    const auto read =
        oauth::parse_token_response(integration, status, media_type, retry_after, input, {.sent_at = kSentAt, .secrets = {kSecret}});
    if (read) check_answer(integration, status, *read);
    else check_failure(status, read.error());
  }
}

}  // namespace

VALETKEY_FUZZ_TARGET(read_answer)
