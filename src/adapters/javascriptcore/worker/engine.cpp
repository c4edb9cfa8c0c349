#include "adapters/javascriptcore/worker/engine.hpp"

#include <dlfcn.h>

namespace valetkey::adapters::javascriptcore::worker {
namespace {

constexpr auto kLibrary = "libjavascriptcoregtk-4.1.so.0";

}  // namespace

std::string open_engine(Engine& engine) {
  void* library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::string("open ") + kLibrary + ": it is not installed";
  std::string missing;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(library, name));
    if (function == nullptr) missing = std::string("open ") + kLibrary + ": it has no " + name;
  };
  find(engine.context_group_create, "JSContextGroupCreate");
  find(engine.global_context_create_in_group, "JSGlobalContextCreateInGroup");
  find(engine.global_context_release, "JSGlobalContextRelease");
  find(engine.context_get_global_object, "JSContextGetGlobalObject");
  find(engine.evaluate_script, "JSEvaluateScript");
  find(engine.check_script_syntax, "JSCheckScriptSyntax");
  find(engine.garbage_collect, "JSGarbageCollect");
  find(engine.object_delete_property, "JSObjectDeleteProperty");
  find(engine.object_get_property, "JSObjectGetProperty");
  find(engine.object_make_function_with_callback, "JSObjectMakeFunctionWithCallback");
  find(engine.object_call_as_function, "JSObjectCallAsFunction");
  find(engine.object_make_error, "JSObjectMakeError");
  find(engine.value_is_object, "JSValueIsObject");
  find(engine.value_is_string, "JSValueIsString");
  find(engine.value_is_undefined, "JSValueIsUndefined");
  find(engine.value_make_undefined, "JSValueMakeUndefined");
  find(engine.value_make_string, "JSValueMakeString");
  find(engine.value_protect, "JSValueProtect");
  find(engine.value_unprotect, "JSValueUnprotect");
  find(engine.value_to_string_copy, "JSValueToStringCopy");
  find(engine.string_create_with_utf8, "JSStringCreateWithUTF8CString");
  find(engine.string_release, "JSStringRelease");
  find(engine.string_get_length, "JSStringGetLength");
  find(engine.string_get_maximum_utf8_size, "JSStringGetMaximumUTF8CStringSize");
  find(engine.string_get_utf8, "JSStringGetUTF8CString");
  find(engine.context_group_set_execution_time_limit, "JSContextGroupSetExecutionTimeLimit");
  return missing;
}

}  // namespace valetkey::adapters::javascriptcore::worker
