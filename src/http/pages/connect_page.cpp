#include "http/pages/connect_page.hpp"

#include <fmt/format.h>

#include "http/pages/connect_form.hpp"
#include "http/pages/flow_cookies.hpp"
#include "model/url.hpp"

namespace valetkey::http {
namespace {

using model::Code;

/// The cookie tag of a session: from the token in its link, tells nothing about it.
std::string session_tag(const std::string& token) { return oauth::session_token_hash(token).substr(0, 16); }

/// The product's URL with how it ended.
std::string way_back(const model::ConnectSession& session, model::Pairs ending) {
  if (session.return_url.empty()) return {};
  const auto url = model::parse_url(session.return_url);
  if (!url) return {};
  ending.insert(ending.begin(), {"session_id", session.id.str()});
  return model::to_string(model::with_query(*url, ending));
}

std::string_view page_code(const model::Error& error) {
  if (error.code == Code::kNotFound) return "link_ended";
  if (error.code == Code::kConflict) return "link_in_use";
  return model::facts(error.code).code;
}

Response failed(const model::Error& error, const Request& request) {
  auto response = end_page(page_code(error), "", request.request_id);
  response.code = model::facts(error.code).code;
  response.detail = error.detail;
  response.log = error.log;
  return response;
}

ports::Task<Response> show(OauthWorld world, Request& request) {
  auto open = co_await world.sessions.open(request.parameter("token"));
  if (!open) co_return failed(open.error(), request);
  const auto cookie = FlowCookies(world.context.flow.public_url).read(request, "connect", session_tag(request.parameter("token")));
  if (!oauth::is_bound_to(open->session, cookie)) co_return end_page("link_in_use", "", request.request_id);
  co_return connect_form(*open, open->session.fields, {});
}

/// A form of another site must not press Allow. Browsers tell by Sec-Fetch-Site; Origin is `null` from our own page, which sends no
/// referrer, and so says nothing.
bool is_from_elsewhere(const Request& request) {
  const auto site = request.header("sec-fetch-site");
  return site && *site != "same-origin" && *site != "none";
}

std::map<std::string, std::string> typed_fields(const Pairs& form) {
  constexpr std::string_view kPrefix = "field.";
  std::map<std::string, std::string> fields;
  for (const auto& [name, value] : form)
    if (name.starts_with(kPrefix) && !value.empty()) fields[name.substr(kPrefix.size())] = value;
  return fields;
}

ports::Task<Response> press(OauthWorld world, Request& request) {
  const auto& token = request.parameter("token");
  if (is_from_elsewhere(request)) co_return end_page("cross_site", "", request.request_id);
  auto form = form_pairs(request);
  if (!form) co_return failed(form.error(), request);
  auto open = co_await world.sessions.open(token);
  if (!open) co_return failed(open.error(), request);
  const auto action = model::single_value(*form, "action");
  if (action && *action == "cancel") {
    const auto target = way_back(open->session, {{"status", "error"}, {"error", "access_denied"}});
    co_return target.empty() ? end_page("access_denied", "", request.request_id) : redirect_303(target);
  }
  const FlowCookies cookies(world.context.flow.public_url);
  const auto tag = session_tag(token);
  oauth::BeginRequest wish{.session_token = token, .browser_cookie = cookies.read(request, "connect", tag), .fields = typed_fields(*form)};
  const auto typed = wish.fields;
  auto begun = co_await world.flow.begin(std::move(wish));
  if (!begun && begun.error().code == Code::kInvalidInput && !begun.error().fields.empty())
    co_return connect_form(*open, typed, begun.error().fields);
  if (!begun) co_return failed(begun.error(), request);
  auto response = redirect_303(begun->authorization_url);
  cookies.set(response, "connect", tag, begun->browser_cookie, begun->lifetime);
  cookies.set(response, "flow", begun->flow_tag, begun->flow_cookie, begun->lifetime);
  co_return response;
}

Response ended(const oauth::CallbackEnd& end, const Request& request) {
  if (!end.error) {
    model::Pairs ending{{"status", "success"}};
    if (!end.confirmation_code.empty()) ending.emplace_back("code", end.confirmation_code.reveal());
    const auto target = way_back(*end.session, std::move(ending));
    return target.empty() ? success_page(end.integration_name) : redirect_303(target);
  }
  const auto target = end.session ? way_back(*end.session, {{"status", "error"}, {"error", end.error_code}}) : std::string{};
  auto response = end_page(end.error_code, target, request.request_id, end.choices);
  response.code = end.error_code;
  response.detail = end.error->detail;
  response.log = end.error->log;
  return response;
}

ports::Task<Response> come_back(OauthWorld world, Request& request) {
  const FlowCookies cookies(world.context.flow.public_url);
  auto end = co_await world.flow.finish({.path = request.path, .query = request.query, .cookie_of = [&](std::string_view tag) {
                                           return cookies.read(request, "flow", tag);
                                         }});
  auto response = ended(end, request);
  if (!end.flow_tag.empty()) cookies.clear(response, "flow", end.flow_tag);
  co_return response;
}

}  // namespace

void add_connect_pages(Router& router, OauthWorld world) {
  const auto add = [&](std::string method, std::string path, ports::Task<Response> (*handler)(OauthWorld, Request&)) {
    router.add({.method = std::move(method), .path = std::move(path), .needs = nobody(), .handler = [world, handler](Request& request) {
                  return handler(world, request);
                }});
  };
  add("GET", "/connect/{token}", show);
  add("POST", "/connect/{token}", press);
  add("GET", "/oauth/callback/{integration}", come_back);
  add("GET", "/oauth/callback/{integration}/{callback_key}", come_back);
}

}  // namespace valetkey::http
