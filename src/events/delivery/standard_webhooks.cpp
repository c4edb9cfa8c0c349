#include "events/delivery/standard_webhooks.hpp"

#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace valetkey::events {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kKeyBytes = 32;

std::string unix_seconds(model::WallTime at) {
  return std::to_string(std::chrono::duration_cast<model::Seconds>(at.time_since_epoch()).count());
}

}  // namespace

model::Secret make_webhook_secret(ports::Random& random) {
  auto key = random.bytes(kKeyBytes);
  auto text = std::string(kPrefix) + model::to_base64(key);
  model::Secret::wipe(key);
  return model::Secret(std::move(text));
}

std::string webhook_signature(const model::Secret& secret, std::string_view id, model::WallTime at, std::string_view body) {
  const auto text = secret.reveal();
  auto key = text.starts_with(kPrefix) ? model::from_base64(text.substr(kPrefix.size())) : std::nullopt;
  if (!key || key->empty()) return {};
  std::string content;
  content.append(id).append(".").append(unix_seconds(at)).append(".").append(body);
  auto signature = "v1," + model::to_base64(model::hmac_sha256(*key, content));
  model::Secret::wipe(*key);
  return signature;
}

ports::Headers webhook_headers(std::span<const model::Secret> secrets, std::string_view id, model::WallTime at, std::string_view body) {
  std::string signatures;
  for (const auto& secret : secrets) {
    auto signature = webhook_signature(secret, id, at, body);
    if (signature.empty()) continue;
    if (!signatures.empty()) signatures += ' ';
    signatures += signature;
  }
  return {{"webhook-id", std::string(id)}, {"webhook-timestamp", unix_seconds(at)}, {"webhook-signature", std::move(signatures)}};
}

}  // namespace valetkey::events
