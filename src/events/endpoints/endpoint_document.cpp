#include "events/endpoints/endpoint_document.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "events/endpoints/endpoint_needs.hpp"
#include "model/enum_spelling.hpp"
#include "model/json_reader.hpp"

namespace valetkey::events {
namespace {

namespace json = boost::json;
using model::fail;
using model::JsonReader;

constexpr std::string_view kDoing = "read the endpoint";
constexpr std::int64_t kLongestRetirement = std::int64_t{30} * 86'400;  // seconds
constexpr std::int64_t kLongestHandshake = 86'400;
constexpr std::size_t kLongestSecret = 16 * 1024;
constexpr std::size_t kMostValues = 32;  // of one secret
constexpr std::size_t kMostNames = 32;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool is_value(const json::value& value) {
  return value.is_string() && !value.get_string().empty() && value.get_string().size() <= kLongestSecret &&
         value.get_string().find('\0') == json::string::npos;
}

class Reading {
 public:
  Reading(const json::object& body, const EndpointView& before, model::WallTime now)
      : reader_(body, "", errors_),
        before_(before),
        now_(now),
        wish_{.endpoint = before.endpoint} {}

  model::Result<EndpointWish> run() {
    read_secrets();
    read_parameters();
    auto& endpoint = wish_.endpoint;
    if (const auto on = reader_.optional_bool("is_enabled")) endpoint.is_enabled = *on;
    if (const auto how = reader_.optional_choice("verification", model::spellings<model::Verification>())) endpoint.verification = *how;
    if (reader_.is_null("reply_destination")) endpoint.reply_destination.clear();
    if (const auto id = reader_.optional_string("reply_destination", {.least = 1, .most = 64})) endpoint.reply_destination = *id;
    if (const auto window = reader_.optional_integer("retire_after", 0, kLongestRetirement)) wish_.retire_after = model::Seconds(*window);
    if (const auto window = reader_.optional_integer("accepts_handshake_for", 0, kLongestHandshake)) {
      endpoint.handshake_until = now_ + model::Seconds(*window);
      if (*window == 0) endpoint.handshake_until.reset();
    }
    reader_.finish();
    if (!errors_.empty()) return fail(model::invalid_input(std::string(kDoing), std::move(errors_)));
    return std::move(wish_);
  }

 private:
  void error(std::string_view member, std::string_view name, std::string detail) {
    errors_.push_back({model::pointer_to(model::pointer_to("", member), name), std::move(detail)});
  }

  const json::object* object_in(std::string_view member) {
    if (!reader_.optional_object(member)) return nullptr;
    const auto& object = reader_.raw(member)->get_object();
    if (object.size() <= kMostNames) return &object;
    reader_.error(member, "has too many members");
    return nullptr;
  }

  bool check_name(std::string_view member, std::string_view name, bool is_known) {
    if (!is_name(name)) error(member, name, "must be a name of lower case letters, digits and _");
    else if (!is_known) error(member, name, "no config service of the credential declares it");
    else return true;
    return false;
  }

  void read_secrets() {
    const auto* object = object_in("secrets");
    if (object == nullptr) return;
    for (const auto& member : *object) {
      const std::string name(member.key());
      const auto& value = member.value();
      if (value.is_null()) {
        wish_.secrets[name];
        continue;
      }
      if (!check_name("secrets", name, declares_secret(before_.services, name))) continue;
      const json::array one{value};
      const auto& list = value.is_array() ? value.get_array() : one;
      if (list.empty() || list.size() > kMostValues || !std::ranges::all_of(list, is_value)) {
        error("secrets", name, "must be a text, a list of at most 32, or null");
        continue;
      }
      for (const auto& each : list) wish_.secrets[name].emplace_back(std::string(each.get_string()));
    }
  }

  void read_parameters() {
    const auto* object = object_in("parameters");
    if (object == nullptr) return;
    for (const auto& member : *object) {
      const std::string name(member.key());
      if (member.value().is_null()) {
        wish_.endpoint.parameters.erase(name);
        continue;
      }
      if (!check_name("parameters", name, declares_parameter(before_.services, name))) continue;
      if (!is_value(member.value())) error("parameters", name, "must be a text or null");
      else wish_.endpoint.parameters.insert_or_assign(name, std::string(member.value().get_string()));
    }
  }

  std::vector<model::FieldError> errors_;
  JsonReader reader_;
  const EndpointView& before_;
  model::WallTime now_;
  EndpointWish wish_;
};

json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }
json::value time_or_null(const std::optional<model::WallTime>& time) {
  return time ? json::value(model::to_rfc3339(*time)) : json::value(nullptr);
}

std::string url_of(const EndpointView& view, std::string_view public_url, std::string_view path) {
  return std::string(public_url).append(path).append(view.endpoint.integration).append("/").append(view.key);
}

json::array secrets_of(const model::Endpoint& endpoint, model::WallTime now) {
  json::array out;
  for (const auto& secret : endpoint.secrets) {
    if (secret.value.valid_until && *secret.value.valid_until <= now) continue;
    out.push_back(json::object{{"name", secret.name},
                               {"set_at", model::to_rfc3339(secret.value.set_at)},
                               {"valid_until", time_or_null(secret.value.valid_until)}});
  }
  return out;
}

json::object services_of(const EndpointView& view) {
  json::object out;
  for (const auto kind : kEndpointServices) {
    const auto found = view.set.config_services.find(std::string(kind));
    out[kind] = found == view.set.config_services.end() ? json::value(nullptr) : text_or_null(found->second);
  }
  return out;
}

}  // namespace

model::Result<EndpointWish> read_endpoint(const json::object& body, const EndpointView& before, model::WallTime now) {
  return Reading(body, before, now).run();
}

json::object endpoint_document(const EndpointView& view, std::string_view public_url, model::WallTime now) {
  const auto& endpoint = view.endpoint;
  json::array older;
  for (const auto end : view.older_keys_end) older.push_back(json::object{{"valid_until", model::to_rfc3339(end)}});
  json::object parameters;
  for (const auto& [name, value] : endpoint.parameters) parameters.emplace(name, value);
  const auto is_open = endpoint.handshake_until && *endpoint.handshake_until > now;
  return {{"id", endpoint.id.str()},
          {"credential", endpoint.credential.str()},
          {"connection", text_or_null(endpoint.connection.str())},
          {"integration", endpoint.integration},
          {"is_enabled", endpoint.is_enabled},
          {"verification", model::spelling(endpoint.verification)},
          {"webhook_url", url_of(view, public_url, "/hooks/")},
          {"action_url", url_of(view, public_url, "/actions/")},
          {"older_keys", std::move(older)},
          {"secrets", secrets_of(endpoint, now)},
          {"parameters", std::move(parameters)},
          {"reply_destination", text_or_null(endpoint.reply_destination)},
          {"accepts_handshake_until", is_open ? time_or_null(endpoint.handshake_until) : json::value(nullptr)},
          {"services", services_of(view)},
          {"needs", needs_document(view, now)},
          {"warnings", endpoint_warnings(view, now)},
          {"created_at", model::to_rfc3339(endpoint.created_at)},
          {"updated_at", model::to_rfc3339(endpoint.updated_at)}};
}

}  // namespace valetkey::events
