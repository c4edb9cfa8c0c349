#include "events/endpoints/static_proofs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "model/encoding.hpp"
#include "model/http_text.hpp"

namespace valetkey::events {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kShortest = 4;  // what is shorter would tear holes into everything, and proves nothing

void replace_all(std::string& text, std::string_view wanted) {
  for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + kMask.size()))
    text.replace(at, wanted.size(), kMask);
}

/// Visits each way to write each secret; views live during the call.
template <class Visit>
void each_spelling(const services::EndpointValues& values, Visit visit) {
  for (const auto& [name, list] : values.secrets)
    for (const auto& secret : list) {
      if (secret.size() < kShortest) continue;
      const auto plain = secret.reveal();
      visit(plain);
      for (auto other : {model::percent_encode(plain), model::to_base64(plain)}) {
        if (other != plain) visit(std::string_view(other));
        model::Secret::wipe(other);
      }
      std::string escaped;
      model::append_json_string(escaped, plain);
      if (const auto inner = std::string_view(escaped).substr(1, escaped.size() - 2); inner != plain) visit(inner);
      model::Secret::wipe(escaped);
    }
}

bool is_password(std::string_view name, std::string_view value) {
  constexpr std::string_view kBasic = "basic ";
  return (name == "authorization" || name == "proxy-authorization") && model::equals_ignoring_case(value.substr(0, kBasic.size()), kBasic);
}

void mask_text(boost::json::string& text, std::string_view secret) {
  if (text.subview().find(secret) == std::string_view::npos) return;
  std::string copy(text);
  replace_all(copy, secret);
  text = copy;
}

// Depth is bounded by the parser (S39).
void mask_value(boost::json::value& value, std::string_view secret) {
  if (auto* text = value.if_string()) mask_text(*text, secret);
  if (auto* list = value.if_array())
    for (auto& each : *list) mask_value(each, secret);
  if (auto* object = value.if_object())
    for (auto& each : *object) mask_value(each.value(), secret);
}

}  // namespace

void mask_static_proofs(services::Incoming& request, const services::EndpointValues& values, std::string_view endpoint_key) {
  if (!endpoint_key.empty()) {
    replace_all(request.path, endpoint_key);
    replace_all(request.public_url, endpoint_key);
  }
  for (auto& [name, value] : request.headers)
    if (is_password(name, value)) value = kMask;
  each_spelling(values, [&](std::string_view secret) {
    replace_all(request.query_text, secret);
    replace_all(request.body, secret);
    for (auto& [name, value] : request.headers) replace_all(value, secret);
  });
}

void mask_static_proofs(boost::json::value& payload, const services::EndpointValues& values) {
  for (const auto& [name, list] : values.secrets)
    for (const auto& secret : list)
      if (secret.size() >= kShortest) mask_value(payload, secret.reveal());
}

}  // namespace valetkey::events
