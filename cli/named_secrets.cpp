#include "cli/named_secrets.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/files.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

constexpr std::string_view kVariable = "env:";

Outcome<model::Secret> secret_at(const std::string& source, const std::string& flag, const Environment& environment, bool takes_text) {
  if (source.starts_with('@')) return read_secret(source.substr(1));
  if (source.starts_with(kVariable)) {
    const auto name = source.substr(kVariable.size());
    const auto value = environment.get(name);
    if (!value || value->empty())
      return fail(kUsage, fmt::format("{}: the environment has no {}", flag, printable(name)),
                  fmt::format("export {}=...", printable(name)));
    return model::Secret(*value);
  }
  if (!takes_text)
    return fail(
        kUsage,
        fmt::format("{}: a secret is not taken from an argument, where other users of this machine and the shell's history see it", flag),
        fmt::format("{} NAME=@FILE, {} NAME=@- for standard input, or {} NAME=env:VARIABLE", flag, flag, flag));
  fmt::print(stderr, "warning: {}: other users of this machine and the shell's history see an argument; NAME=@FILE or NAME=env:VARIABLE\n",
             flag);
  return model::Secret(source);
}

}  // namespace

Outcome<json::object> named_secrets(const std::vector<std::string>& items, const std::string& flag, const Environment& environment,
                                    bool takes_text) {
  json::object out;
  for (const auto& item : items) {
    const auto equals = item.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == item.size())
      return fail(kUsage, fmt::format("{}: it must be {}", flag,
                                      takes_text ? "NAME=VALUE, NAME=@FILE or NAME=env:VARIABLE" : "NAME=@FILE or NAME=env:VARIABLE"));
    auto secret = secret_at(item.substr(equals + 1), flag, environment, takes_text);
    if (!secret) return fail(std::move(secret.error()));
    auto& values = out[item.substr(0, equals)];
    if (!values.is_array()) values = json::array{};
    values.as_array().emplace_back(json::string(secret->reveal()));
  }
  return out;
}

}  // namespace valetkey::cli
