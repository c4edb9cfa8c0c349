#include "services/script/script_run.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "model/json_reader.hpp"
#include "services/script/prelude.hpp"

namespace valetkey::services {
namespace {

using Kind = ports::ScriptFailure::Kind;

void keep_log(const Script& script, const SecretScan& secrets, std::vector<std::string>& lines) {
  if (script.log == nullptr) return;
  for (auto& line : lines) script.log->push_back(secrets.masked(std::move(line)));
}

model::Code code_of(Kind kind) {
  if (kind == Kind::kUnavailable) return model::Code::kTooManyRequests;
  if (kind == Kind::kNoFunction) return model::Code::kNotSupported;
  return model::Code::kProviderRejected;
}

}  // namespace

ports::Task<std::expected<boost::json::value, ports::ScriptFailure>> run_script(ports::ScriptEngine& engine, const Script& script,
                                                                                ScriptWish wish) {
  static const SecretScan kNone;
  const auto& secrets = wish.secrets == nullptr ? kNone : *wish.secrets;
  if (script.source.contains('\0'))
    co_return std::unexpected(ports::ScriptFailure{.kind = Kind::kSyntax, .message = "the source holds a byte 0"});
  auto ran = co_await engine.run({.tenant = script.tenant,
                                  .source = script.source,
                                  .prelude = kPrelude,
                                  .function = wish.function,
                                  .input = boost::json::serialize(wish.input),
                                  .host = wish.host});
  if (!ran) {
    keep_log(script, secrets, ran.error().log);
    ran.error().message = secrets.masked(std::move(ran.error().message));
    co_return std::unexpected(std::move(ran.error()));
  }
  keep_log(script, secrets, ran->log);
  auto answer = model::parse_json(ran->output);
  if (answer) co_return std::move(*answer);
  co_return std::unexpected(
      ports::ScriptFailure{.kind = Kind::kException, .message = "its answer is no JSON of at most 64 levels: " + answer.error().detail});
}

model::Error error_of(std::string_view function, const ports::ScriptFailure& failure) {
  auto detail = fmt::format("run function {}: {}", function, failure.message);
  if (failure.line > 0) detail += fmt::format(" (line {})", failure.line);
  return {.code = code_of(failure.kind), .detail = std::move(detail)};
}

}  // namespace valetkey::services
