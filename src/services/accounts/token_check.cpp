#include "services/accounts/token_check.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "model/json_reader.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/expressions/expression.hpp"

namespace valetkey::services {
namespace {

using ports::TokenValidation;
using ports::TokenVerdict;

constexpr std::size_t kMostReason = 64;
constexpr std::size_t kMostScopes = 200;
constexpr model::Milliseconds kPatience{5'000};  // what answers later is unknown: nobody waits longer for it

TokenValidation unknown(std::string reason) { return {.outcome = TokenVerdict::kUnknown, .reason = std::move(reason)}; }
TokenValidation invalid(std::string reason) { return {.outcome = TokenVerdict::kInvalid, .reason = std::move(reason)}; }

/// What the status alone says about everything but the token; empty: it may be about the token.
std::string_view outage(int status) {
  if (status >= 300 && status < 400) return "redirect";
  if (status == 429) return "rate_limited";
  if (status >= 500 || status < 200) return "api_unavailable";
  return "";
}

/// The API's answer as expressions see it.
class Answer {
 public:
  explicit Answer(const ports::HttpResponse& response) : status_(response.status) {
    head_.headers = response.headers;
    if (auto read = model::parse_json(response.body)) body_ = std::move(*read);
    facts_.request = &head_;
    if (!body_.is_null()) facts_.body = facts_.item = &body_;
  }
  Answer(const Answer&) = delete;

  [[nodiscard]] bool is_readable() const { return facts_.body != nullptr; }
  [[nodiscard]] const boost::json::value& body() const { return body_; }
  [[nodiscard]] std::string text(const Expr& expression) const { return expression ? text_of(expression, facts_).value_or("") : ""; }

  [[nodiscard]] bool holds(const AnswerTest& test) const {
    if (!test.status.empty()) return (std::ranges::find(test.status, status_) != test.status.end()) != test.is_not;
    const auto value = text_of(test.value, facts_);
    return (test.equals ? value == *test.equals : value.has_value()) != test.is_not;
  }
  [[nodiscard]] bool hold(const std::vector<AnswerTest>& tests) const {
    return !tests.empty() && std::ranges::all_of(tests, [this](const AnswerTest& test) { return holds(test); });
  }

 private:
  int status_;
  Incoming head_;
  boost::json::value body_;
  Facts facts_;
};

bool reads_body(const Expr& expression) {
  bool does = false;
  visit_all(expression, [&](const Expression& each) {
    does |= each.of == Expression::Of::kItem || each.of == Expression::Of::kRoot || each.of == Expression::Of::kJson;
  });
  return does;
}
bool read_body(const std::vector<AnswerTest>& tests) {
  return std::ranges::any_of(tests, [](const AnswerTest& test) { return test.status.empty() && reads_body(test.value); });
}

/// A code for people and programs, whatever the API wrote there.
std::string reason_text(std::string text) {
  if (text.size() > kMostReason) text.resize(kMostReason);
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f; }, '_');
  return text.empty() ? "rejected" : text;
}

std::vector<std::string> scopes_in(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < kMostScopes) {
    const auto end = text.find_first_of(" ,");
    if (end != 0) out.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return out;
}

const boost::json::value* member(const Answer& answer, std::string_view name) {
  return answer.body().is_object() ? answer.body().as_object().if_contains(name) : nullptr;
}

std::string text_member(const Answer& answer, std::string_view name) {
  const auto* value = member(answer, name);
  return value == nullptr ? std::string{} : model::scalar_text(*value).value_or("");
}

/// What RFC 7662 2.2 and OpenID Connect Core 5.3.2 name, under what the document says.
TokenValidation valid(const TokenCheck& check, const Answer& answer, const std::string& expected) {
  const bool is_call = check.by == TokenCheck::By::kCall;
  TokenValidation found{.outcome = TokenVerdict::kValid};
  found.account = check.account || is_call ? answer.text(check.account) : text_member(answer, "sub");
  const bool is_introspected = check.by == TokenCheck::By::kIntrospection;
  found.scopes = scopes_in(check.scopes || !is_introspected ? answer.text(check.scopes) : text_member(answer, "scope"));
  if (check.expires_at) found.expires_at = time_of(answer.text(check.expires_at->value), check.expires_at->unit);
  else if (is_introspected) found.expires_at = time_of(text_member(answer, "exp"), TimeUnit::kSeconds);
  if (expected.empty() || found.account.empty() || found.account == expected) return found;
  found.outcome = TokenVerdict::kInvalid;
  found.reason = "account_mismatch";
  return found;
}

/// Whether one of the document's lists for invalid tokens holds.
bool is_refused(const TokenCheck& check, const Answer& answer) {
  return std::ranges::any_of(check.invalid, [&](const std::vector<AnswerTest>& tests) {
    // What is absent from no body says nothing.
    return (answer.is_readable() || !read_body(tests)) && answer.hold(tests);
  });
}

TokenValidation judged_by_document(const TokenCheck& check, const Answer& answer, const std::string& expected) {
  const bool looks_inside = read_body(check.valid) || reads_body(check.account);
  if (answer.hold(check.valid)) return !answer.is_readable() && looks_inside ? unknown("unreadable") : valid(check, answer, expected);
  if (is_refused(check, answer)) return invalid(reason_text(answer.text(check.reason)));
  return unknown(!answer.is_readable() && looks_inside ? "unreadable" : "unexpected_answer");
}

TokenValidation judged_userinfo(const TokenCheck& check, const Answer& answer, int status, const std::string& expected) {
  if (status == 401) return invalid(reason_text(answer.text(check.reason)));
  if (status != 200) return unknown("unexpected_answer");
  if (!answer.body().is_object()) return unknown("unreadable");  // a signed one is not read
  return valid(check, answer, expected);
}

/// The server answers the client here: a refusal is about its secret, never about the token.
TokenValidation judged_introspection(const TokenCheck& check, const Answer& answer, int status, const std::string& expected) {
  if (status != 200) return unknown(status == 401 || status == 403 ? "client_rejected" : "unexpected_answer");
  const auto* active = member(answer, "active");
  if (active == nullptr || !active->is_bool()) return unknown("unreadable");
  return active->as_bool() ? valid(check, answer, expected) : invalid("inactive");
}

}  // namespace

ports::AccountCall request_of(const TokenCheck& check, const ports::ValidationCall& call) {
  ports::AccountCall request{.tenant = call.tenant, .connection = call.connection};
  request.access_token = call.access_token;
  request.deadline = kPatience;
  switch (check.by) {
    case TokenCheck::By::kCall: break;
    case TokenCheck::By::kUserinfo: request.to = ports::AccountCall::To::kUserinfo; return request;
    case TokenCheck::By::kIntrospection: request.to = ports::AccountCall::To::kIntrospection; return request;
  }
  request.method = check.method;
  request.path = check.path;
  request.headers = {{"accept", "application/json"}};
  if (!check.content_type.empty()) request.headers.emplace_back("content-type", check.content_type);
  request.body = check.body;
  return request;
}

TokenValidation judged(const TokenCheck& check, const ports::HttpResponse& response, const std::string& expected_account) {
  if (const auto why = outage(response.status); !why.empty()) return unknown(std::string(why));
  const Answer answer(response);
  if (!check.valid.empty()) return judged_by_document(check, answer, expected_account);
  if (is_refused(check, answer)) return invalid(reason_text(answer.text(check.reason)));
  switch (check.by) {
    case TokenCheck::By::kCall: return unknown("unexpected_answer");
    case TokenCheck::By::kUserinfo: return judged_userinfo(check, answer, response.status, expected_account);
    case TokenCheck::By::kIntrospection: return judged_introspection(check, answer, response.status, expected_account);
  }
  std::unreachable();
}

}  // namespace valetkey::services
