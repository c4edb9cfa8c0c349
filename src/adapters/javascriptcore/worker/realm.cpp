#include "adapters/javascriptcore/worker/realm.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "adapters/javascriptcore/failure_kind.hpp"
#include "adapters/javascriptcore/worker/base_script.hpp"
#include "adapters/javascriptcore/worker/channel.hpp"

namespace valetkey::adapters::javascriptcore::worker {
namespace {

constexpr std::size_t kMostLogLines = 100;
constexpr std::size_t kMostLine = 1024;      // bytes, also of a failure's message
constexpr std::size_t kRoom = 64;            // of a frame, for its head and the lengths of its parts

// Ways to share memory, to see the collector at work or to run code that no limit counts (S36).
constexpr std::array kRemoved{"WebAssembly", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry"};

/// A JSString that lives as long as this.
class Text {
 public:
  Text(const Engine& engine, const char* text) : engine_(engine), text_(engine.string_create_with_utf8(text)) {}
  ~Text() { engine_.string_release(text_); }
  Text(const Text&) = delete;
  Text& operator=(const Text&) = delete;
  operator JSStringRef() const { return text_; }  // NOLINT(google-explicit-constructor): stands for the C type

 private:
  const Engine& engine_;
  JSStringRef text_;
};

std::string clipped(std::string text) {
  if (text.size() <= kMostLine) return text;
  auto end = kMostLine;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;  // not within a character (RFC 3629)
  text.resize(end);
  return text;
}

class ContextRealm final : public Realm {
 public:
  ContextRealm(const Engine& engine, JSContextGroupRef group)
      : e_(engine),
        group_(group),
        context_(engine.global_context_create_in_group(group, nullptr)) {
    for (const auto* name : kRemoved) e_.object_delete_property(context_, e_.context_get_global_object(context_), Text(e_, name), nullptr);
    JSValueRef thrown = nullptr;
    auto* base = object(evaluate(kBaseScript, "base", thrown));
    const std::array<JSValueRef, 2> natives{native("write", &ContextRealm::write), native("ask", &ContextRealm::ask)};
    if (base != nullptr) base_ = object(e_.object_call_as_function(context_, base, nullptr, natives.size(), natives.data(), &thrown));
    if (base_ != nullptr) e_.value_protect(context_, base_);
  }
  ~ContextRealm() override {
    if (base_ != nullptr) e_.value_unprotect(context_, base_);
    e_.global_context_release(context_);
    current = nullptr;
  }
  ContextRealm(const ContextRealm&) = delete;
  ContextRealm& operator=(const ContextRealm&) = delete;

  Done run(const Frame& call) override {
    current = this;
    const auto seconds = std::strtod(call.parts[4].c_str(), nullptr) / 1000.0;
    e_.context_group_set_execution_time_limit(group_, seconds, &ContextRealm::time_is_over, nullptr);
    auto frame = outcome(call.parts[0], call.parts[1], call.parts[2], call.parts[3]);
    return {.frame = std::move(frame), .is_spent = is_over_ || is_broken_};
  }

 private:
  Frame outcome(const std::string& function, const std::string& prelude, const std::string& source, const std::string& input) {
    JSValueRef thrown = nullptr;
    auto* wrap = object(evaluate(prelude.c_str(), "prelude", thrown));
    if (base_ == nullptr || wrap == nullptr) return failure(ScriptFailure::kMemory, "there was no memory for the script");
    auto* state = object(property(base_, "state"));
    (void)evaluate(source.c_str(), "script", thrown);
    if (is_over_) return timeout();
    if (thrown != nullptr) {
      const bool can_be_read = e_.check_script_syntax(context_, Text(e_, source.c_str()), Text(e_, "script"), 1, nullptr);
      return told(state, thrown, can_be_read ? ScriptFailure::kException : ScriptFailure::kSyntax);
    }
    auto* called = object(evaluate(("typeof " + function + " === 'function' ? " + function + " : undefined").c_str(), "name", thrown));
    if (called == nullptr) return failure(ScriptFailure::kNoFunction, "it defines no function " + function);
    const Text argument(e_, input.c_str());
    const std::array<JSValueRef, 3> arguments{wrap, called, e_.value_make_string(context_, argument)};
    // On the way out of the outermost call into the engine it runs what promises have left to do.
    e_.object_call_as_function(context_, object(property(base_, "begin")), nullptr, arguments.size(), arguments.data(), &thrown);
    if (is_over_) return timeout();
    if (thrown != nullptr) return told(state, thrown, ScriptFailure::kException);
    return settled(state);
  }

  Frame settled(JSObjectRef state) {
    const auto kind = text(property(state, "kind"));
    auto result = text(property(state, "text"));
    const bool is_too_large = is_too_large_ || result.size() + log_size_ + kRoom > kMostFrame;
    if (is_over_) return timeout();
    if (kind == "pending") return failure(ScriptFailure::kException, "its promise is never settled: there is nothing left to wait for");
    if (kind != "done") return failed(state, ScriptFailure::kException);
    if (is_too_large) return failure(ScriptFailure::kTooLarge, "its answer is larger than 1 MiB");
    return with_log({.kind = FrameKind::kResult, .parts = {std::move(result)}});
  }

  Frame told(JSObjectRef state, JSValueRef thrown, ScriptFailure kind) {
    JSValueRef again = nullptr;
    e_.object_call_as_function(context_, object(property(base_, "fail")), nullptr, 1, &thrown, &again);
    return is_over_ ? timeout() : failed(state, kind);
  }

  Frame failed(JSObjectRef state, ScriptFailure kind) {
    auto message = text(property(state, "text"));
    if (message.contains("Out of memory")) kind = ScriptFailure::kMemory;
    line_ = text(property(state, "line"));
    return failure(kind, std::move(message));
  }

  Frame timeout() { return failure(ScriptFailure::kTimeout, "it ran out of time"); }

  Frame failure(ScriptFailure kind, std::string message) {
    return with_log({.kind = FrameKind::kFailure, .parts = {std::string(1, static_cast<char>(kind)), clipped(std::move(message)), line_}});
  }

  Frame with_log(Frame frame) {
    frame.parts.insert(frame.parts.end(), std::make_move_iterator(log_.begin()), std::make_move_iterator(log_.end()));
    return frame;
  }

  // ---- the engine's API in fewer words ----

  JSValueRef evaluate(const char* source, const char* name, JSValueRef& thrown) {
    return e_.evaluate_script(context_, Text(e_, source), nullptr, Text(e_, name), 1, &thrown);
  }
  JSObjectRef object(JSValueRef value) {
    return value != nullptr && e_.value_is_object(context_, value) ? const_cast<JSObjectRef>(value) : nullptr;
  }
  JSValueRef property(JSObjectRef of, const char* name) {
    return of == nullptr ? nullptr : e_.object_get_property(context_, of, Text(e_, name), nullptr);
  }
  JSObjectRef native(const char* name, JSObjectCallAsFunctionCallback callback) {
    return e_.object_make_function_with_callback(context_, Text(e_, name), callback);
  }
  /// Empty for what is no text and for what fits into no frame: a copy of it is not made.
  std::string text(JSValueRef value) {
    if (value == nullptr) return {};
    auto* string = e_.value_to_string_copy(context_, value, nullptr);
    if (string == nullptr) return {};
    is_too_large_ = e_.string_get_length(string) > kMostFrame;
    std::string out(is_too_large_ ? 1 : e_.string_get_maximum_utf8_size(string), '\0');
    const auto size = is_too_large_ ? 0 : e_.string_get_utf8(string, out.data(), out.size());
    out.resize(size == 0 ? 0 : size - 1);
    e_.string_release(string);
    return out;
  }

  // ---- what the realm may call ----

  /// The limit of a call outlasts it, while the next realm is made.
  static bool time_is_over(JSContextRef, void*) {
    if (current != nullptr) current->is_over_ = true;
    return current != nullptr;
  }

  static JSValueRef write(JSContextRef context, JSObjectRef, JSObjectRef, std::size_t count, const JSValueRef* values, JSValueRef*) {
    auto& realm = *current;
    if (count > 0 && realm.log_.size() < kMostLogLines) {
      realm.log_.push_back(clipped(realm.text(values[0])));
      realm.log_size_ += realm.log_.back().size() + sizeof(std::uint32_t);
    }
    return realm.e_.value_make_undefined(context);
  }

  static JSValueRef ask(JSContextRef context, JSObjectRef, JSObjectRef, std::size_t count, const JSValueRef* values, JSValueRef* thrown) {
    auto& realm = *current;
    Frame question{.kind = FrameKind::kAsk};
    for (std::size_t i = 0; i < 2; ++i) question.parts.push_back(i < count ? realm.text(values[i]) : std::string());
    if (realm.is_too_large_ || !encoded(question)) return realm.raise(thrown, "what is asked is larger than 1 MiB");
    const auto answer = write_frame(question) ? read_frame() : std::nullopt;
    if (!answer || answer->parts.size() != 1 || (answer->kind != FrameKind::kAnswer && answer->kind != FrameKind::kAnswerError)) {
      realm.is_broken_ = true;
      return realm.raise(thrown, "the broker is gone");
    }
    if (answer->kind == FrameKind::kAnswerError) return realm.raise(thrown, answer->parts[0].c_str());
    return realm.e_.value_make_string(context, Text(realm.e_, answer->parts[0].c_str()));
  }

  JSValueRef raise(JSValueRef* thrown, const char* message) {
    const std::array<JSValueRef, 1> arguments{e_.value_make_string(context_, Text(e_, message))};
    *thrown = e_.object_make_error(context_, arguments.size(), arguments.data(), nullptr);
    return e_.value_make_undefined(context_);
  }

  // A native function has no pointer of its own; a worker runs one call at a time.
  static inline ContextRealm* current = nullptr;

  const Engine& e_;
  JSContextGroupRef group_;
  JSGlobalContextRef context_;
  JSObjectRef base_ = nullptr;  ///< what the base script answered
  std::vector<std::string> log_;
  std::size_t log_size_ = 0;
  std::string line_ = "0";
  bool is_too_large_ = false;  ///< the last text was
  bool is_over_ = false;
  bool is_broken_ = false;
};

}  // namespace

std::unique_ptr<Realm> make_realm(const Engine& engine, JSContextGroupRef group) { return std::make_unique<ContextRealm>(engine, group); }

}  // namespace valetkey::adapters::javascriptcore::worker
