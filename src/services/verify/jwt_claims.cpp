#include "services/verify/jwt_claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/json_reader.hpp"
#include "model/secret.hpp"
#include "model/url.hpp"
#include "services/expressions/json_path.hpp"

namespace valetkey::services::verify {
namespace {

namespace json = boost::json;

constexpr std::string_view kWhat = "claims";

class Checker {
 public:
  Checker(const ClaimRules& rules, const json::value& claims, RequestView& view, Trace& trace)
      : rules_(rules),
        claims_(claims.get_object()),
        root_(claims),
        view_(view),
        trace_(trace) {}

  Finding<void> run() {
    for (const auto check : {&Checker::times, &Checker::issuer, &Checker::audience, &Checker::email, &Checker::required, &Checker::query})
      if (auto good = (this->*check)(); !good) return good;
    trace_.found(kWhat, [] { return "as the document asks for them"; });
    return {};
  }

 private:
  struct Moment {
    bool is_there = false;
    bool is_readable = true;
    double seconds = 0;
  };

  [[nodiscard]] Moment moment(std::string_view name) const {
    const auto* value = claims_.if_contains(name);
    if (value == nullptr) return {};
    if (!value->is_number()) return {true, false, 0};
    boost::system::error_code failed;
    const auto number = value->to_number<double>(failed);
    return {true, !failed, number};
  }

  Finding<void> times() {
    const auto now = static_cast<double>(model::to_unix_ms(view_.request().received_at)) / 1000;
    const auto leeway = static_cast<double>(rules_.leeway.count());
    const auto expires = moment("exp");
    const auto begins = moment("nbf");
    const auto issued = moment("iat");
    if (!expires.is_readable || !begins.is_readable || !issued.is_readable)
      return trace_.rejected("token_malformed", kWhat, "exp, nbf and iat must be numbers");
    // A token that never ends would be a password.
    if (!expires.is_there && !rules_.max_age)
      return trace_.rejected("token_expired", kWhat, "there is no exp, and the document names no max_age");
    if (expires.is_there && expires.seconds + leeway <= now) return trace_.rejected("token_expired", kWhat, "exp is past");
    if (begins.is_there && begins.seconds - leeway > now) return trace_.rejected("token_not_yet_valid", kWhat, "nbf is ahead");
    if (issued.is_there && issued.seconds - leeway > now) return trace_.rejected("token_not_yet_valid", kWhat, "iat is ahead");
    if (!rules_.max_age) return {};
    if (!issued.is_there) return trace_.rejected("token_too_old", kWhat, "there is no iat");
    if (now - issued.seconds > static_cast<double>(rules_.max_age->count()) + leeway)
      return trace_.rejected("token_too_old", kWhat, fmt::format("iat is more than {} s past", rules_.max_age->count()));
    return {};
  }

  Finding<void> issuer() {
    if (rules_.issuers.empty()) return {};
    const auto text = text_at("iss");
    if (text && std::ranges::find(rules_.issuers, *text) != rules_.issuers.end()) return {};
    return trace_.rejected("issuer_mismatch", kWhat, "iss is " + found(text));
  }

  Finding<void> audience() {
    if (!rules_.audience) return {};
    auto wanted = expected(rules_.audience, "audience");
    if (!wanted) return std::unexpected(wanted.error());
    const auto* value = claims_.if_contains("aud");
    const auto is_wanted = [&](const json::value& one) { return one.is_string() && model::Secret::equals(one.get_string(), *wanted); };
    if (value != nullptr && value->is_array() && std::ranges::any_of(value->get_array(), is_wanted)) return {};
    if (value != nullptr && is_wanted(*value)) return {};
    return trace_.rejected("audience_mismatch", kWhat, "aud is " + (value == nullptr ? "absent" : model::clipped(json::serialize(*value))));
  }

  Finding<void> email() {
    if (!rules_.email) return {};
    return equals("email", rules_.email, "email_mismatch");
  }

  Finding<void> required() {
    for (const auto& [path, text] : rules_.require)
      if (auto good = equals(path, text, "claim_mismatch"); !good) return good;
    return {};
  }

  Finding<void> query() {
    if (!rules_.query_hash) return {};
    const auto text = text_at("qsh");
    const auto url = model::parse_url(view_.request().public_url);
    const auto hash = query_hash(view_.request(), url ? url->path : view_.request().path);
    if (text && model::Secret::equals(*text, hash)) return {};
    return trace_.rejected("query_hash_mismatch", kWhat, "qsh is of another method, path or query");
  }

  Finding<void> equals(std::string_view path, const Text& text, Reason reason) {
    const auto wanted = expected(text, path);
    if (!wanted) return std::unexpected(wanted.error());
    const auto value = text_at(path);
    if (value && model::Secret::equals(*value, *wanted)) return {};
    return trace_.rejected(reason, kWhat, fmt::format("{} is {}", path, found(value)));
  }

  /// Nothing equals a parameter that is not set.
  Finding<std::string> expected(const Text& text, std::string_view name) {
    Facts facts{.request = &view_.request(), .values = &view_.values()};
    auto filled = fill(text, facts);
    if (filled && !filled->empty()) return std::move(*filled);
    return trace_.rejected("parameter_missing", kWhat, fmt::format("the endpoint does not say which {} is right", name));
  }

  [[nodiscard]] std::optional<std::string> text_at(std::string_view path) const {
    const auto* value = value_at(root_, path);
    return value == nullptr ? std::nullopt : model::scalar_text(*value);
  }
  static std::string found(const std::optional<std::string>& text) { return text ? model::clipped(*text) : "absent"; }

  const ClaimRules& rules_;
  const json::object& claims_;
  const json::value& root_;
  RequestView& view_;
  Trace& trace_;
};

}  // namespace

Finding<void> check_claims(const ClaimRules& rules, const json::value& claims, RequestView& view, Trace& trace) {
  return Checker(rules, claims, view, trace).run();
}

}  // namespace valetkey::services::verify
