#include "adapters/javascriptcore/worker/serve_calls.hpp"

#include "adapters/javascriptcore/worker/channel.hpp"
#include "adapters/javascriptcore/worker/realm.hpp"
#include "adapters/javascriptcore/worker/sandbox.hpp"

namespace valetkey::adapters::javascriptcore::worker {
namespace {

constexpr std::size_t kCallParts = 5;
constexpr int kCallsPerCollection = 8;

int refuse(std::string why) {
  (void)write_frame({.kind = FrameKind::kRefused, .parts = {std::move(why)}});
  return 1;
}

/// What a first call makes, threads and tables, is made before the limits are set.
void warm_up(const Engine& engine, JSContextGroupRef group) {
  const Frame call{
      .kind = FrameKind::kCall,
      .parts = {"f", "(ask, f, input) => f(input)",
                "async function f(text) { await 0; console.log(text, new Date(0).toISOString());"
                " return [/(a+)b/u.exec(text), [...text].sort(), new Map([[1, text]]), text.normalize(), text.localeCompare('b')]; }",
                "\"aaab\"", "1000"}};
  (void)make_realm(engine, group)->run(call);
}

void collect(const Engine& engine, JSContextGroupRef group) {
  auto* const context = engine.global_context_create_in_group(group, nullptr);
  engine.garbage_collect(context);
  engine.global_context_release(context);
}

}  // namespace

int serve_calls() {
  Engine engine{};
  if (auto wrong = open_engine(engine); !wrong.empty()) return refuse(std::move(wrong));
  const auto* const group = engine.context_group_create();
  warm_up(engine, group);
  if (auto wrong = confine(); !wrong.empty()) return refuse(std::move(wrong));
  if (!write_frame({.kind = FrameKind::kReady})) return 1;
  for (int calls = 1;; ++calls) {
    // Between calls, when nobody waits.
    if (calls % kCallsPerCollection == 0) collect(engine, group);
    const auto realm = make_realm(engine, group);
    const auto call = read_frame();
    if (!call) return 0;
    if (call->kind != FrameKind::kCall || call->parts.size() != kCallParts) return 1;
    const auto done = realm->run(*call);
    if (!write_frame(done.frame) || done.is_spent) return 0;
  }
}

}  // namespace valetkey::adapters::javascriptcore::worker
