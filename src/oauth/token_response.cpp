#include "oauth/token_response.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <charconv>

#include "model/form.hpp"
#include "model/json_reader.hpp"

namespace valetkey::oauth {
namespace {

namespace json = boost::json;
using model::Seconds;
using model::WallTime;

constexpr auto kLongest = std::chrono::hours{24 * 366 * 10};

TokenFailure failure(Meaning meaning, std::string code, std::string description = {}) {
  return {.meaning = meaning, .code = std::move(code), .description = std::move(description)};
}

/// JSON, or a form: some servers answer a form whatever was asked, so the body decides where the media type does not.
std::optional<json::object> body_object(std::string_view content_type, std::string_view body) {
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return std::nullopt;
  if (body[first] == '{') {
    auto value = model::parse_json(body.substr(first, body.find_last_not_of(" \t\r\n") - first + 1));
    if (!value || !value->is_object()) return std::nullopt;
    return value->as_object();
  }
  if (content_type.find("form-urlencoded") == std::string_view::npos && content_type.find("text/plain") == std::string_view::npos)
    return std::nullopt;
  auto pairs = model::parse_form(body);
  if (!pairs || body.find('=') == std::string_view::npos) return std::nullopt;
  json::object out;
  for (const auto& [name, value] : *pairs) out[name] = value;
  return out;
}

std::optional<double> number_of(const json::value& value) {
  if (value.is_number()) {
    std::error_code failed;
    const auto number = value.to_number<double>(failed);
    return failed ? std::nullopt : std::optional(number);
  }
  if (!value.is_string()) return std::nullopt;
  const std::string text(value.as_string());
  if (text.empty()) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size() ? std::optional(number) : std::nullopt;
}

class Reader {
 public:
  Reader(const json::object& object, const model::Integration& integration, WallTime sent_at)
      : root_(object),
        integration_(integration),
        shape_(integration.response),
        sent_at_(sent_at) {}

  std::string text(std::string_view declared, std::string_view standard) const {
    const auto* value = find(declared, standard);
    return value == nullptr ? std::string{} : model::scalar_text(*value).value_or("");
  }

  std::optional<WallTime> after(std::string_view declared, std::string_view standard) const {
    const auto* value = find(declared, standard);
    if (value == nullptr) return std::nullopt;
    const auto amount = number_of(*value);
    if (!amount || !(*amount > 0)) return std::nullopt;  // 0 and less say nothing usable: GitHub and others send 0 for "never"
    const double ms = shape_.unit == model::LifetimeUnit::kMilliseconds ? *amount : *amount * 1000;
    const double most = static_cast<double>(std::chrono::duration_cast<model::Milliseconds>(kLongest).count());
    return sent_at_ + model::Milliseconds{static_cast<std::int64_t>(std::min(ms, most))};
  }

  std::optional<WallTime> absolute(std::string_view declared) const {
    if (declared.empty()) return std::nullopt;
    const auto* value = model::at_path(root_, declared);
    if (value == nullptr) return std::nullopt;
    if (const auto seconds = number_of(*value); seconds && *seconds > 0 && *seconds < 1e13) {
      // Above the year 5138 in seconds it is milliseconds.
      const double ms = *seconds > 1e11 ? *seconds : *seconds * 1000;
      return model::from_unix_ms(static_cast<std::int64_t>(ms));
    }
    return value->is_string() ? model::parse_rfc3339(std::string_view(value->as_string())) : std::nullopt;
  }

  std::optional<std::vector<std::string>> scopes() const {
    const auto* value = find(shape_.scope, "scope");
    if (value == nullptr) return std::nullopt;
    if (value->is_array()) {
      std::vector<std::string> out;
      for (const auto& item : value->as_array())
        if (auto scope = model::scalar_text(item)) out.push_back(std::move(*scope));
      return out;
    }
    const auto joined = model::scalar_text(*value);
    if (!joined) return std::nullopt;
    return split_scopes(*joined, shape_.scope_separator.empty() ? integration_.scope_separator : shape_.scope_separator);
  }

  /// The error code, when the answer says that it is one.
  std::optional<std::string> error() const {
    const auto* value = find(shape_.error, "error");
    if (value == nullptr || value->is_null()) return std::nullopt;
    if (value->is_bool()) return value->as_bool() ? std::optional<std::string>("error") : std::nullopt;
    if (value->is_object()) {
      for (const auto* name : {"code", "type", "error"})
        if (const auto* inner = value->as_object().if_contains(name))
          if (auto code = model::scalar_text(*inner)) return code;
      return "error";
    }
    auto code = model::scalar_text(*value);
    return code && !code->empty() && *code != "0" ? code : std::nullopt;
  }

  std::string description() const {
    for (const auto* name : {"error_description", "error_message", "message"})
      if (auto told = text("", name); !told.empty()) return told;
    return {};
  }

  std::vector<NamedAnswer> named() const {
    std::vector<NamedAnswer> out;
    for (const auto& token : integration_.tokens) {
      auto access = text(token.access_token, "");
      if (access.empty()) continue;
      NamedAnswer answer{.name = token.name, .access_token = model::Secret(std::move(access))};
      answer.scopes = split_scopes(text(token.scope, ""), integration_.scope_separator);
      if (!token.expires_in.empty()) answer.expires_at = after(token.expires_in, "");
      out.push_back(std::move(answer));
    }
    return out;
  }

  std::map<std::string, std::string> captured() const {
    std::map<std::string, std::string> out;
    for (const auto& [name, path] : integration_.capture.token_response)
      if (const auto* value = model::at_path(root_, path))
        if (auto found = model::scalar_text(*value)) out[name] = std::move(*found);
    return out;
  }

  /// What is neither standard nor declared.
  std::string extra() const {
    json::object out;
    for (const auto& [name, value] : root_.as_object())
      if (!is_known(name)) out[name] = value;
    return json::serialize(out);
  }

 private:
  const json::value* find(std::string_view declared, std::string_view standard) const {
    const auto path = declared.empty() ? standard : declared;
    return path.empty() ? nullptr : model::at_path(root_, path);
  }

  bool is_known(std::string_view name) const {
    constexpr std::array kStandard{"access_token", "refresh_token", "token_type", "scope", "expires_in", "refresh_token_expires_in",
                                   "id_token"};
    if (std::ranges::find(kStandard, name) != kStandard.end()) return true;
    for (const auto* path : {&shape_.access_token, &shape_.refresh_token, &shape_.id_token})
      if (*path == name) return true;
    return false;
  }

  json::value root_;
  const model::Integration& integration_;
  const model::TokenResponseShape& shape_;
  WallTime sent_at_;
};

TokenFailure named_error(const std::string& code, const Reader& reader, const TokenResponseContext& context) {
  auto meaning = Meaning::kRejected;
  if (code == "invalid_grant") meaning = Meaning::kGrantDead;
  else if (code == "invalid_client" || code == "unauthorized_client") meaning = Meaning::kClientRejected;
  else if (code == "temporarily_unavailable" || code == "slow_down") meaning = Meaning::kTransient;
  return failure(meaning, model::clipped(code, context.secrets), model::clipped(reader.description(), context.secrets));
}

/// What a status says when the body names no error.
TokenFailure bare_status(int status) {
  auto code = fmt::format("http_{}", status);
  if (status >= 300 && status < 400)
    return failure(Meaning::kRejected, "redirect_refused", "a token endpoint must not redirect (RFC 9700 4.12)");
  if (status == 401) return failure(Meaning::kClientRejected, "invalid_client", "401 without an error code (RFC 6749 5.2)");
  if (status >= 400 && status < 500 && status != 408) return failure(Meaning::kRejected, std::move(code));
  return failure(Meaning::kUnknown, std::move(code));
}

}  // namespace

std::vector<std::string> split_scopes(std::string_view text, std::string_view separator) {
  std::vector<std::string> out;
  const char other = separator.size() == 1 ? separator.front() : ' ';
  std::string current;
  for (const char c : text) {
    if (c != ' ' && c != other) {
      current += c;
      continue;
    }
    if (!current.empty()) out.push_back(std::exchange(current, {}));
  }
  if (!current.empty()) out.push_back(std::move(current));
  return out;
}

std::optional<Seconds> parse_retry_after(std::string_view value, WallTime) {
  std::int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (failed != std::errc{} || end != value.data() + value.size() || seconds < 0) return std::nullopt;
  return Seconds{std::min<std::int64_t>(seconds, 86'400)};
}

std::expected<TokenAnswer, TokenFailure> parse_token_response(const model::Integration& integration, int status,
                                                              std::string_view content_type, std::string_view retry_after,
                                                              std::string_view body, const TokenResponseContext& context) {
  if (status == 429 || status == 503) {
    auto failed = failure(Meaning::kTransient, fmt::format("http_{}", status));
    failed.retry_after = parse_retry_after(retry_after, context.sent_at);
    return std::unexpected(std::move(failed));
  }
  // A gateway's page may hold anything: only 200 and 4xx are the server's own word.
  if (status >= 500 || status < 200 || (status >= 300 && status < 400)) return std::unexpected(bare_status(status));
  const auto object = body_object(content_type, body);
  if (!object) {
    if (status >= 400) return std::unexpected(bare_status(status));
    return std::unexpected(failure(Meaning::kUnknown, "malformed_answer", "neither JSON nor a form"));
  }
  const Reader reader(*object, integration, context.sent_at);
  if (const auto error = reader.error()) return std::unexpected(named_error(*error, reader, context));
  if (status >= 400) return std::unexpected(bare_status(status));

  const auto& shape = integration.response;
  TokenAnswer answer;
  answer.access_token = model::Secret(reader.text(shape.access_token, "access_token"));
  answer.named = reader.named();
  if (answer.access_token.empty() && answer.named.empty())
    return std::unexpected(failure(Meaning::kUnknown, "malformed_answer", "the answer holds no access token"));
  answer.refresh_token = model::Secret(reader.text(shape.refresh_token, "refresh_token"));
  if (auto type = reader.text(shape.token_type, "token_type"); !type.empty()) answer.token_type = std::move(type);
  answer.scopes = reader.scopes();
  answer.expires_at = reader.absolute(shape.expires_at);
  if (!answer.expires_at) answer.expires_at = reader.after(shape.expires_in, "expires_in");
  if (!answer.expires_at && shape.default_lifetime) answer.expires_at = context.sent_at + *shape.default_lifetime;
  answer.refresh_expires_at = reader.after(shape.refresh_token_expires_in, "refresh_token_expires_in");
  answer.id_token = model::Secret(reader.text(shape.id_token, "id_token"));
  answer.extra = model::Secret(reader.extra());
  answer.captured = reader.captured();
  return answer;
}

}  // namespace valetkey::oauth
