#include "support/simulated_provider.hpp"

#include <fmt/format.h>

namespace valetkey::test {
namespace {

using Outcome = std::expected<ports::HttpResponse, ports::HttpFailure>;

Outcome failure(ports::SendState state) {
  const bool was_sent = state == ports::SendState::kSent;
  return std::unexpected(ports::HttpFailure{state,
                                            {.code = was_sent ? model::Code::kOutcomeUnknown : model::Code::kProviderUnavailable,
                                             .detail = was_sent ? "no answer" : "not reached"}});
}

ports::HttpResponse answer(int status, std::string body) {
  return {.status = status, .headers = {{"content-type", "application/json"}}, .body = std::move(body)};
}

}  // namespace

std::string SimulatedProvider::mint() {
  const auto family = fmt::format("family{}", ++next_);
  const auto token = fmt::format("refresh-{}-{}", family, ++next_);
  families_[family] = {.current = token};
  family_of_[token] = family;
  return token;
}

ports::HttpResponse SimulatedProvider::token_answer(const std::string& family) {
  auto& grant = families_[family];
  live_.erase(grant.access);
  grant.access = fmt::format("access-{}-{}", family, ++next_);
  live_.insert(grant.access);
  std::string body = fmt::format(R"({{"access_token":"{}","token_type":"Bearer","scope":"read write")", grant.access);
  if (expires_in > 0) body += fmt::format(R"(,"expires_in":{})", expires_in);
  if (gives_refresh_token) body += fmt::format(R"(,"refresh_token":"{}")", grant.current);
  for (const auto& [name, value] : members) body += fmt::format(R"(,"{}":{})", name, value);
  return answer(200, body + "}");
}

ports::HttpResponse SimulatedProvider::processed(const SeenRequest& request) {
  const auto token = request.parameter("refresh_token");
  if (token.empty()) {
    const auto minted = mint();
    return token_answer(family_of_[minted]);
  }
  const auto found = family_of_.find(token);
  if (found == family_of_.end()) return answer(400, R"({"error":"invalid_grant"})");
  auto& grant = families_[found->second];
  if (token != grant.current) {
    ++reused_after_rotation;
    if (has_reuse_detection) {
      grant.is_dead = true;
      live_.erase(grant.access);
    }
  }
  if (grant.is_dead || token != grant.current) return answer(400, R"({"error":"invalid_grant","error_description":"reuse detected"})");
  if (rotates) {
    grant.current = fmt::format("refresh-{}-{}", found->second, ++next_);
    family_of_[grant.current] = found->second;
  }
  return token_answer(found->second);
}

ports::Task<Outcome> SimulatedProvider::send(ports::HttpRequest request) {
  Behaviour behaviour;
  if (!script.empty()) {
    behaviour = std::move(script.front());
    script.pop_front();
  } else if (otherwise) {
    behaviour = otherwise();
  }
  if (behaviour.is_not_sent) co_return failure(ports::SendState::kNotSent);
  if (request.may_send && !request.may_send()) co_return failure(ports::SendState::kNotSent);
  SeenRequest entry{.request = std::move(request), .at = clock_.wall_now()};
  entry.form = model::parse_form(entry.request.body).value_or(model::Pairs{});
  seen.push_back(entry);
  const auto token = entry.parameter("refresh_token");
  if (!token.empty() && in_flight_.contains(token)) ++concurrent_same_token;
  if (!token.empty()) in_flight_.insert(token);
  if (behaviour.delay.count() > 0) co_await clock_.sleep_until(clock_.boot_now() + behaviour.delay);
  std::optional<ports::HttpResponse> honest;
  if (behaviour.is_processed && behaviour.status == 0) honest = processed(entry);
  if (const auto mine = in_flight_.find(token); mine != in_flight_.end()) in_flight_.erase(mine);
  if (behaviour.is_lost) co_return failure(ports::SendState::kSent);
  if (behaviour.status != 0) {
    auto scripted = answer(behaviour.status, behaviour.body);
    for (auto& header : behaviour.headers) scripted.headers.push_back(std::move(header));
    co_return scripted;
  }
  if (!honest) honest = answer(500, "");
  co_return std::move(*honest);
}

}  // namespace valetkey::test
