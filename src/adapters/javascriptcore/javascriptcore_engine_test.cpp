#include <gtest/gtest.h>

#include "support/script_rig.hpp"

namespace valetkey::adapters::javascriptcore {
namespace {

using ports::ScriptFailure;
using test::ScriptRig;

/// Answers what it was asked.
class EchoHost final : public ports::ScriptHost {
 public:
  ports::Answer<std::string> ask(std::string name, std::string argument) override {
    ++asked;
    if (name == "refuse") co_return model::fail(model::Code::kForbidden, "not for you");
    co_return "[\"" + name + "\"," + argument + "]";
  }
  int asked = 0;
};

constexpr std::string_view kAsking = "(ask, called, input) => called(input, ask)";

TEST(JavaScriptCoreEngine, a_function_answers) {
  ScriptRig rig;
  const auto result = rig.run("function f(x) { return { sum: x.a + x.b }; }", R"({"a":1,"b":2})");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->output, R"({"sum":3})");
  EXPECT_TRUE(result->log.empty());
}

TEST(JavaScriptCoreEngine, functions_are_found_however_they_are_defined) {
  ScriptRig rig;
  for (const auto* source : {"const f = () => 7", "let f = async () => 7", "var f = function () { return 7; }",
                             "async function f() { await null; return 7; }"}) {
    const auto result = rig.run(source);
    ASSERT_TRUE(result) << source << ": " << result.error().message;
    EXPECT_EQ(result->output, "7") << source;
  }
}

TEST(JavaScriptCoreEngine, what_is_logged_comes_with_the_answer_and_with_the_failure) {
  ScriptRig rig;
  const auto result = rig.run("const f = () => { console.log('a', 1, { b: [2] }); console.error(new Error('c')); }");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->log, (std::vector<std::string>{R"(a 1 {"b":[2]})", "Error: c"}));
  EXPECT_EQ(result->output, "null");
  const auto failure = rig.run("const f = () => { console.log('before'); null.x; }");
  ASSERT_FALSE(failure);
  EXPECT_EQ(failure.error().log, std::vector<std::string>{"before"});
}

TEST(JavaScriptCoreEngine, failures_say_what_and_where) {
  struct Row {
    const char* source;
    ScriptFailure::Kind kind;
    int line;
    const char* message;
  };
  const Row rows[] = {
      {"function f(", ScriptFailure::Kind::kSyntax, 1, "SyntaxError"},
      {"\n\nfunction f() {\n  throw new TypeError('bad'); }", ScriptFailure::Kind::kException, 4, "TypeError: bad"},
      {"JSON.parse('{');\nfunction f() {}", ScriptFailure::Kind::kException, 1, "SyntaxError"},
      {"async function f() {\n  await 0;\n  null.x;\n}", ScriptFailure::Kind::kException, 3, "TypeError"},
      {"function f() { throw 'text'; }", ScriptFailure::Kind::kException, 0, "threw text"},
      {"function f() { throw new Proxy({}, { get() { throw 1; } }); }", ScriptFailure::Kind::kException, 0, "threw"},
      {"function g() {}", ScriptFailure::Kind::kNoFunction, 0, "it defines no function f"},
      {"const f = () => new Promise(() => {})", ScriptFailure::Kind::kException, 0, "never settled"},
      {"const f = () => { const a = []; a.push(a); return a; }", ScriptFailure::Kind::kException, 0, "cyclic"},
  };
  ScriptRig rig;
  for (const auto& row : rows) {
    const auto result = rig.run(row.source);
    ASSERT_FALSE(result) << row.source;
    EXPECT_EQ(result.error().kind, row.kind) << row.source << ": " << result.error().message;
    EXPECT_EQ(result.error().line, row.line) << row.source << ": " << result.error().message;
    EXPECT_NE(result.error().message.find(row.message), std::string::npos) << result.error().message;
  }
}

TEST(JavaScriptCoreEngine, a_script_asks_the_broker) {
  ScriptRig rig;
  EchoHost host;
  auto call =
      ScriptRig::call_of("const f = (x, ask) => { try { ask('refuse', 1) } catch (e) { return [ask('name', { x }), e.message] } }", "5");
  call.prelude = kAsking;
  call.host = &host;
  const auto result = rig.run(std::move(call));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->output, R"([["name",{"x":5}],"not for you"])");
  EXPECT_EQ(host.asked, 2);
}

TEST(JavaScriptCoreEngine, without_a_host_there_is_nothing_to_ask) {
  ScriptRig rig;
  auto call = ScriptRig::call_of("const f = (x, ask) => ask('name', 1)");
  call.prelude = kAsking;
  const auto result = rig.run(std::move(call));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "Error: there is nothing to ask here");
}

TEST(JavaScriptCoreEngine, a_worker_that_cannot_start_is_told) {
  test::RecordedMetrics metrics;
  const adapters::system::SystemClock real;
  adapters::system::SystemClock clock;
  JavaScriptCoreEngine engine({.command = {.path = "/nonexistent", .argument = ""}}, clock, metrics);
  const auto result = test::run(engine.run(ScriptRig::call_of("const f = () => 1")));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ScriptFailure::Kind::kUnavailable);
}

TEST(JavaScriptCoreEngine, calls_are_counted_by_outcome) {
  ScriptRig rig;
  (void)rig.run("const f = () => 1");
  (void)rig.run("const f = () => 1");
  (void)rig.run("const f = () => null.x");
  const auto values = rig.metrics.values();
  EXPECT_EQ(values.at("valetkey_scripts_total{ok}"), 2);
  EXPECT_EQ(values.at("valetkey_scripts_total{exception}"), 1);
  EXPECT_EQ(values.at("valetkey_script_workers"), 2) << "one that works, one that stands ready";
}

}  // namespace
}  // namespace valetkey::adapters::javascriptcore
