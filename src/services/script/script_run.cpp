#include "services/script/script_run.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "embedded/script_prelude.hpp"
#include "model/json_reader.hpp"

namespace valetkey::services {
namespace {

using Kind = ports::ScriptFailure::Kind;

const std::string& prelude() {
  static const std::string text(embedded::script_prelude()[0].bytes);
  return text;
}

void keep_log(const Script& script, const SecretScan& secrets, std::vector<std::string>& lines) {
  if (script.log == nullptr) return;
  for (auto& line : lines) script.log->push_back(secrets.masked(std::move(line)));
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
                                  .prelude = prelude(),
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
  const auto code = failure.kind == Kind::kUnavailable ? model::Code::kTooManyRequests : model::Code::kProviderRejected;
  auto detail = fmt::format("run function {}: {}", function, failure.message);
  if (failure.line > 0) detail += fmt::format(" (line {})", failure.line);
  return {.code = code, .detail = std::move(detail)};
}

}  // namespace valetkey::services
