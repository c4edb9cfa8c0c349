#include "cli/apply_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "cli/json_text.hpp"
#include "cli/text.hpp"
#include "model/json_reader.hpp"

namespace valetkey::cli {
namespace {

std::unexpected<Failure> wrong(const YamlFile& file, const std::string& pointer, std::string_view why, std::string hint = {}) {
  return fail(kUsage, fmt::format("{}: {}", file.places.where(pointer), why), std::move(hint));
}

Outcome<void> take_secret(const YamlFile& file, const std::string& pointer, Wanted& wanted, const Environment& environment) {
  if (wanted.body.document.contains("client_secret"))
    return wrong(file, pointer + "/client_secret", "a client secret in clear does not belong into this file",
                 "client_secret_env: NAME_OF_A_VARIABLE, or client_secret_file: PATH");
  for (const auto* member : {"client_secret_env", "client_secret_file"})
    if (const auto text = text_of(wanted.body.document, member); !text.empty())
      wanted.secret_from = std::string_view(member) == "client_secret_env" ? "environment " + text : "file " + text;
  if (auto filled = fill_client_secret(wanted.body, environment); !filled) return filled;
  if (auto* secret = wanted.body.document.if_contains("client_secret")) {
    wanted.client_secret = std::move(*secret);
    wanted.body.document.stable_erase(wanted.body.document.find("client_secret"));
  }
  return {};
}

Outcome<std::vector<Wanted>> list_of(const YamlFile& file, const std::string& kind, const std::string& key,
                                     const Environment& environment) {
  std::vector<Wanted> out;
  const auto& items = file.document.as_object().at(kind);
  if (items.is_null()) return out;
  if (!items.is_array()) return wrong(file, "/" + kind, fmt::format("{} must be a list", kind));
  for (std::size_t i = 0; i < items.as_array().size(); ++i) {
    const auto pointer = fmt::format("/{}/{}", kind, i);
    const auto& item = items.as_array()[i];
    const auto name = text_of(item, key);
    if (name.empty()) return wrong(file, pointer, fmt::format("{} is required", key));
    if (std::ranges::find(out, name, &Wanted::name) != out.end())
      return wrong(file, pointer, fmt::format("{} {} stands here twice", key, printable(name)));
    Wanted wanted{.name = name,
                  .body = {.document = item.as_object(), .places = file.places.below(pointer), .directory = file.directory},
                  .client_secret = nullptr,
                  .secret_from = {}};
    if (auto taken = take_secret(file, pointer, wanted, environment); !taken) return fail(std::move(taken.error()));
    out.push_back(std::move(wanted));
  }
  return out;
}

}  // namespace

Outcome<WantedSet> wanted_of(const YamlFile& file, const Environment& environment) {
  if (!file.document.is_object()) return wrong(file, "", "it must hold integrations, credentials or policy");
  for (const auto& member : file.document.as_object())
    if (member.key() != "integrations" && member.key() != "credentials" && member.key() != "policy")
      return wrong(file, model::pointer_to("", member.key()),
                   fmt::format("{} is not known; known: integrations, credentials, policy", printable(member.key())));
  WantedSet out;
  const auto& document = file.document.as_object();
  if (document.contains("integrations")) {
    auto list = list_of(file, "integrations", "slug", environment);
    if (!list) return fail(std::move(list.error()));
    out.integrations = std::move(*list);
  }
  if (document.contains("credentials")) {
    auto list = list_of(file, "credentials", "name", environment);
    if (!list) return fail(std::move(list.error()));
    out.credentials = std::move(*list);
  }
  if (const auto* policy = document.if_contains("policy")) {
    if (!policy->is_object()) return wrong(file, "/policy", "policy must hold names with values");
    out.policy = Body{.document = policy->as_object(), .places = file.places.below("/policy"), .directory = {}};
  }
  return out;
}

}  // namespace valetkey::cli
