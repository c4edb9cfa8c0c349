#include "http/pages/connect_form.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/pages/flow_messages.hpp"
#include "http/pages/html.hpp"
#include "model/url.hpp"

namespace valetkey::http {
namespace {

std::string scope_words(const model::Integration& integration, const std::string& scope) {
  for (const auto& known : integration.scopes)
    if (known.name == scope && !known.description.empty())
      return fmt::format("{} <span class=\"soft\">({})</span>", escaped(known.description), escaped(scope));
  return fmt::format("<code>{}</code>", escaped(scope));
}

std::string scope_list(const oauth::OpenSession& open) {
  const auto& scopes = open.session.scopes.empty() ? open.client.scopes() : open.session.scopes;
  if (scopes.empty()) return "<p class=\"soft\">The provider will show what is granted.</p>";
  std::string list = "<p>It will be allowed to:</p><ul>";
  for (const auto& scope : scopes) list += "<li>" + scope_words(open.client.integration, scope) + "</li>";
  return list + "</ul>";
}

/// What there is to choose from: the record's closed list, or what the account was found to have.
const std::vector<std::string>& choices_of(const oauth::OpenSession& open, const model::Placeholder& placeholder) {
  return placeholder.name == open.session.choice_field ? open.session.choices : placeholder.choices;
}

std::string input(const oauth::OpenSession& open, const model::Placeholder& placeholder, const std::string& value) {
  const auto name = "field." + placeholder.name;
  const bool was_found = placeholder.name == open.session.choice_field;
  const bool is_optional = (placeholder.is_optional || !placeholder.default_value.empty()) && !was_found;
  const auto required = is_optional ? "" : " required";
  const auto& choices = choices_of(open, placeholder);
  if (choices.empty())
    return fmt::format("<input id=\"{0}\" name=\"{0}\" value=\"{1}\" placeholder=\"{2}\" autocomplete=\"off\" maxlength=\"512\"{3}>",
                       escaped(name), escaped(value), escaped(placeholder.example), required);
  auto select = fmt::format("<select id=\"{0}\" name=\"{0}\"{1}>", escaped(name), required);
  if (was_found) select += "<option value=\"\">Choose one</option>";
  for (const auto& choice : choices)
    select += fmt::format("<option value=\"{0}\"{1}>{0}</option>", escaped(choice), choice == value ? " selected" : "");
  return select + "</select>";
}

bool is_asked(const oauth::OpenSession& open, const model::Placeholder& placeholder) {
  return placeholder.filled_by == model::FilledBy::kEndUser && !open.client.set.placeholders.contains(placeholder.name);
}

std::string field(const oauth::OpenSession& open, const model::Placeholder& placeholder, const std::map<std::string, std::string>& values,
                  const std::vector<model::FieldError>& errors) {
  if (!is_asked(open, placeholder)) return {};
  const auto typed = values.find(placeholder.name);
  auto out = fmt::format("<label for=\"field.{}\">{}</label>", escaped(placeholder.name),
                         escaped(placeholder.title.empty() ? placeholder.name : placeholder.title));
  out += input(open, placeholder, typed != values.end() ? typed->second : placeholder.default_value);
  if (!placeholder.description.empty()) out += fmt::format("<p class=\"soft\">{}</p>", escaped(placeholder.description));
  for (const auto& error : errors)
    if (error.pointer == "/fields/" + placeholder.name)
      out += fmt::format("<p class=\"bad\" role=\"alert\">This {}.</p>", escaped(error.detail));
  return out;
}

/// What is wrong with values that no field on the page holds: the page was open while the integration changed.
std::string other_errors(const oauth::OpenSession& open, const std::vector<model::FieldError>& errors) {
  std::string out;
  for (const auto& error : errors) {
    const auto is_of_this = [&](const model::Placeholder& placeholder) {
      return is_asked(open, placeholder) && error.pointer == "/fields/" + placeholder.name;
    };
    if (std::ranges::none_of(open.client.integration.placeholders, is_of_this))
      out += fmt::format("<p class=\"bad\" role=\"alert\">A value that was sent {}.</p>", escaped(error.detail));
  }
  return out;
}

/// Who gets the access; with `completion: immediate` nobody confirms it, so the page names the user (S7).
std::string asking(const oauth::OpenSession& open) {
  const auto& user = open.session.end_user;
  auto words =
      fmt::format("<p><strong>{}</strong> asks to use your {} account", escaped(open.tenant.name), escaped(open.client.integration.name));
  if (open.client.credential.completion == model::Completion::kImmediate)
    words += fmt::format(" on behalf of its user <strong>{}</strong>, who will get this access as soon as you allow it",
                         escaped(user.display_name.empty() ? user.id : user.display_name));
  return words + ".</p>";
}

/// Where Allow may lead: the provider, and the product behind it (see html.hpp).
std::vector<std::string> form_targets(const oauth::OpenSession& open) {
  std::vector<std::string> targets;
  const auto add = [&](const std::string& text) {
    if (const auto url = model::parse_url(text)) targets.push_back(model::origin_of(*url));
  };
  const auto filled = oauth::filled_url(open.client, open.client.integration.authorization_url, open.session.fields);
  if (filled) add(*filled);
  else targets.emplace_back("https:");  // the host depends on what is typed here
  if (!open.session.return_url.empty()) add(open.session.return_url);
  return targets;
}

std::string provider_host(const oauth::OpenSession& open) {
  const auto filled = oauth::filled_url(open.client, open.client.integration.authorization_url, open.session.fields);
  const auto url = model::parse_url(filled ? *filled : std::string{});
  return url ? url->host : open.client.integration.name;
}

}  // namespace

Response connect_form(const oauth::OpenSession& open, const std::map<std::string, std::string>& values,
                      const std::vector<model::FieldError>& errors) {
  const auto& integration = open.client.integration;
  std::string body = fmt::format("<main><h1>Connect {}</h1>{}{}", escaped(integration.name), asking(open), scope_list(open));
  body += "<form method=\"post\">" + other_errors(open, errors);
  for (const auto& placeholder : integration.placeholders) body += field(open, placeholder, values, errors);
  body += fmt::format(
      "<p class=\"soft\">You will go on at <strong>{}</strong>, which asks you to sign in. Your password is never shared with {}.</p>"
      "<div class=\"actions\"><button class=\"main\" name=\"action\" value=\"allow\">Allow</button>"
      "<button name=\"action\" value=\"cancel\" formnovalidate>Cancel</button></div></form></main>",
      escaped(provider_host(open)), escaped(open.tenant.name));
  return page(errors.empty() ? 200 : 422, "Connect " + integration.name, body, form_targets(open));
}

Response end_page(std::string_view code, const std::string& way_back, std::string_view reference, const std::vector<std::string>& choices) {
  const auto& message = message_for(code);
  auto body = fmt::format("<main class=\"bad\"><h1>{}</h1><p>{}</p>", escaped(message.title), escaped(message.advice));
  if (!choices.empty()) {
    body += "<ul>";
    for (const auto& choice : choices) body += fmt::format("<li>{}</li>", escaped(choice));
    body += "</ul>";
  }
  if (!way_back.empty())
    body += fmt::format("<div class=\"actions\"><a class=\"button main\" href=\"{}\">Go back</a></div>", escaped(way_back));
  body += fmt::format("<p class=\"soft\">{} · reference <code>{}</code></p></main>", escaped(code), escaped(reference));
  return page(message.status, message.title, body);
}

Response success_page(const std::string& integration_name) {
  return page(
      200, "Connected",
      fmt::format(
          "<main class=\"good\"><h1>{} is connected</h1><p>You can close this window and go back to where you came from.</p></main>",
          escaped(integration_name)));
}

}  // namespace valetkey::http
