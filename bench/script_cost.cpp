// What a script costs: a parser in a fresh realm, from the request to the checked events, the round trip to its worker included, one call
// after the other. The worker is this program again, as it is the broker's.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <vector>

#include "adapters/javascriptcore/javascriptcore_engine.hpp"
#include "adapters/javascriptcore/worker/serve_calls.hpp"
#include "adapters/javascriptcore/worker_pool.hpp"
#include "adapters/system/system_clock.hpp"
#include "block_on.hpp"
#include "services/script/script_services.hpp"

namespace {

using namespace valetkey;

constexpr std::size_t kCalls = 3'000;
constexpr std::size_t kBodyBytes = 2048;

class NoMetrics final : public ports::Metrics {
 public:
  void count(std::string_view, std::string_view, std::int64_t) override {}
  void observe(std::string_view, std::string_view, double) override {}
  void gauge(std::string_view, std::string_view, double) override {}
  std::string exposition() override { return {}; }
};

ports::Answer<std::vector<double>> times(services::ScriptServices& scripts, const ports::Clock& clock) {
  const services::Script script{.tenant = model::TenantId("ten_bench"),
                                .source =
                                    "function parse(request) { const event = request.json();"
                                    " return { eventType: event.type, eventId: event.id, appUserId: event.user, eventPayload: event }; }"};
  const services::Incoming request{.method = "POST",
                                   .headers = {{"content-type", "application/json"}},
                                   .body = R"({"type":"made","id":"1","user":"u","text":")" + std::string(kBodyBytes, 'x') + "\"}"};
  std::vector<double> out;
  while (out.size() < kCalls) {
    const auto began = clock.boot_now();
    const auto parsed = co_await scripts.parse(script, request, {}, {});
    if (!parsed) co_return model::fail(parsed.error());
    out.push_back(std::chrono::duration<double, std::micro>(clock.boot_now() - began).count());
  }
  std::ranges::sort(out);
  co_return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "script-worker") == 0) return adapters::javascriptcore::worker::serve_calls();
  NoMetrics metrics;
  adapters::system::SystemClock clock;
  adapters::javascriptcore::JavaScriptCoreEngine engine({}, clock, metrics);
  services::ScriptServices scripts(engine, clock);
  const auto sorted = block_on(times(scripts, clock));
  if (!sorted) {
    fmt::print(stderr, "{}\n", sorted.error().detail);
    return 1;
  }
  fmt::print("{{\"calls\":{},\"p50_us\":{:.0f},\"p90_us\":{:.0f},\"p99_us\":{:.0f}}}\n", kCalls, (*sorted)[kCalls / 2],
             (*sorted)[kCalls * 9 / 10], (*sorted)[kCalls * 99 / 100]);
  return 0;
}
