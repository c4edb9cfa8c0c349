#include "services/verify/signature_header.hpp"

#include "model/http_text.hpp"
#include "services/mac.hpp"

namespace valetkey::services::verify {
namespace {

constexpr Reason kMissing = "signature_missing";
constexpr Reason kMalformed = "signature_malformed";

/// Collects the items of all texts; `is_malformed` where one is not as the grammar says.
class Reader {
 public:
  explicit Reader(const SignaturePlace& place) : place_(place) {}

  void read(std::string_view text) {
    // A body that is a token may be as long as a body.
    if (text.size() > (place_.from == SignaturePlace::From::kBody ? kMostTokenBytes : kMostSignatureBytes)) {
      is_malformed = true;
      return;
    }
    if (place_.items.empty()) return item(model::trimmed(text));
    for (;;) {
      const auto end = text.find(place_.items);
      if (const auto one = model::trimmed(text.substr(0, end)); !one.empty()) item(one);
      if (end == std::string_view::npos || is_full()) return;
      text.remove_prefix(end + place_.items.size());
    }
  }

  SignatureTexts found;
  bool is_malformed = false;

 private:
  void item(std::string_view text) {
    if (text.empty()) return;
    if (is_full()) {
      is_malformed = true;
      return;
    }
    if (!place_.pair.empty()) {
      const auto middle = text.find(place_.pair);
      if (middle == std::string_view::npos) {
        is_malformed = true;
        return;
      }
      const auto name = model::trimmed(text.substr(0, middle));
      text = model::trimmed(text.substr(middle + place_.pair.size()));
      found.fields.emplace_back(name, text);
      if (!place_.take.empty() && name != place_.take) return;
    }
    if (!place_.prefix.empty()) {
      if (!text.starts_with(place_.prefix)) {
        is_malformed = true;
        return;
      }
      text.remove_prefix(place_.prefix.size());
    }
    if (!place_.optional_prefix.empty() && text.starts_with(place_.optional_prefix)) text.remove_prefix(place_.optional_prefix.size());
    if (!text.empty()) found.values.emplace_back(text);
  }

  [[nodiscard]] bool is_full() const { return found.values.size() >= kMostSignatures || found.fields.size() >= 2 * kMostSignatures; }

  const SignaturePlace& place_;
};

}  // namespace

Finding<SignatureTexts> read_signatures(const SignaturePlace& place, const std::vector<std::string_view>& texts) {
  Reader reader(place);
  for (const auto text : texts) reader.read(text);
  if (reader.found.values.empty()) return std::unexpected(reader.is_malformed ? kMalformed : kMissing);
  if (!place.any && reader.is_malformed) return std::unexpected(kMalformed);
  if (!place.any && reader.found.values.size() > 1) return std::unexpected<Reason>("signature_duplicated");
  return std::move(reader.found);
}

Finding<std::vector<std::string>> decoded_signatures(const SignaturePlace& place, const SignatureTexts& texts) {
  std::vector<std::string> out;
  for (const auto& text : texts.values) {
    auto bytes = decoded(place.decode, text);
    if (bytes && !bytes->empty()) out.push_back(std::move(*bytes));
    else if (!place.any) return std::unexpected(kMalformed);
  }
  if (out.empty()) return std::unexpected(kMalformed);
  return out;
}

Finding<std::string_view> single_field(const model::Pairs& fields, std::string_view name, Reason missing) {
  const std::string* found = nullptr;
  for (const auto& [key, value] : fields) {
    if (key != name) continue;
    if (found != nullptr) return std::unexpected(kMalformed);
    found = &value;
  }
  if (found == nullptr || found->empty()) return std::unexpected(missing);
  return std::string_view(*found);
}

bool fits(std::string_view name, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const auto head = pattern.substr(0, star);
  const auto tail = pattern.substr(star + 1);
  return name.size() >= head.size() + tail.size() && name.starts_with(head) && name.ends_with(tail);
}

}  // namespace valetkey::services::verify
