#include "adapters/root_key/root_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "model/aead.hpp"
#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace valetkey::adapters::root_key {
namespace {

using model::Code;

constexpr char kVersion = 1;
constexpr std::string_view kAccepted = "a root key is 32 random bytes, as base64 (44 characters) or hex (64 characters)";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

/// Why `text` is no root key, or the key.
std::expected<model::Secret, std::string> parsed(std::string_view text) {
  auto bytes = text.size() == 2 * model::kAeadKeyBytes ? model::from_hex(text) : model::from_base64(text);
  if (!bytes) bytes = model::from_base64url(text);
  if (!bytes) return std::unexpected(fmt::format("{} characters that are neither base64 nor hex", text.size()));
  model::Secret key(std::move(*bytes));
  if (key.size() != model::kAeadKeyBytes) return std::unexpected(fmt::format("it holds {} bytes", key.size()));
  if (std::ranges::count(key.reveal(), key.reveal().front()) == static_cast<std::ptrdiff_t>(key.size()))
    return std::unexpected(std::string("it is the same byte 32 times, not random"));
  return key;
}

/// `context` in the form that the wrap authenticates.
std::string associated_data(std::string_view root, std::string_view context) {
  return model::length_prefixed({"valetkey root key wrap", std::string_view(&kVersion, 1), root, context});
}

}  // namespace

std::string root_key_name(const model::Secret& key) {
  std::string bytes("valetkey root key name");
  bytes += key.reveal();
  auto name = model::sha256_hex(bytes).substr(0, 16);
  model::Secret::wipe(bytes);
  return name;
}

model::Result<std::vector<model::Secret>> parse_root_keys(std::string_view text, char separator, std::string_view origin,
                                                          std::string_view unit) {
  std::vector<model::Secret> keys;
  std::vector<int> places;
  for (int place = 1; !text.empty(); ++place) {
    const auto end = text.find(separator);
    const auto item = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (item.empty() || item.front() == '#') continue;
    auto key = parsed(item);
    if (!key) return model::fail(Code::kKeyUnavailable, fmt::format("read {}: {} {}: {}; {}", origin, unit, place, key.error(), kAccepted));
    if (const auto same = std::ranges::find(keys, *key); same != keys.end())
      return model::fail(Code::kKeyUnavailable, fmt::format("read {}: {} {} repeats the key of {} {}; remove one of them", origin, unit,
                                                            place, unit, places[static_cast<std::size_t>(same - keys.begin())]));
    keys.push_back(std::move(*key));
    places.push_back(place);
  }
  if (keys.empty()) return model::fail(Code::kKeyUnavailable, fmt::format("read {}: it holds no key; {}", origin, kAccepted));
  return keys;
}

RootKeys::RootKeys(std::vector<model::Secret> keys, ports::Random& random) : random_(random) {
  if (keys.empty()) throw std::logic_error("root keys: none given");
  for (auto& key : keys) keys_.push_back({root_key_name(key), std::move(key)});
}

std::vector<std::string> RootKeys::names() const {
  std::vector<std::string> names;
  names.reserve(keys_.size());
  for (const auto& key : keys_) names.push_back(key.name);
  return names;
}

ports::Answer<std::string> RootKeys::wrap(const model::Secret& key, std::string context) {
  const auto& root = keys_.front();
  const auto nonce = random_.bytes(model::kAeadNonceBytes);
  std::string wrapped(1, kVersion);
  wrapped += nonce;
  model::aead_seal(wrapped, root.key.reveal(), nonce, associated_data(root.name, context), key.reveal());
  co_return wrapped;
}

ports::Answer<model::Secret> RootKeys::unwrap(std::string root, std::string wrapped, std::string context) {
  const auto known = std::ranges::find(keys_, root, &Named::name);
  if (known == keys_.end()) co_return model::fail(Code::kKeyUnavailable, fmt::format("root key {} is not among those given", root));
  constexpr std::size_t kHead = 1 + model::kAeadNonceBytes;
  const std::string_view bytes = wrapped;
  std::optional<model::Secret> key;
  if (bytes.size() > kHead && bytes.front() == kVersion)
    key =
        model::aead_open(known->key.reveal(), bytes.substr(1, model::kAeadNonceBytes), associated_data(root, context), bytes.substr(kHead));
  if (!key)
    co_return model::fail(Code::kKeyUnavailable, fmt::format("root key {} does not open these bytes: they were changed or moved", root));
  co_return std::move(*key);
}

model::Secret new_root_key(ports::Random& random) {
  const model::Secret key(random.bytes(model::kAeadKeyBytes));
  return model::Secret(model::to_base64(key.reveal()));
}

}  // namespace valetkey::adapters::root_key
