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
#define VALETKEY_FIND(name) find(engine.name, #name)
  VALETKEY_FIND(JSContextGroupCreate);
  VALETKEY_FIND(JSGlobalContextCreateInGroup);
  VALETKEY_FIND(JSGlobalContextRelease);
  VALETKEY_FIND(JSContextGetGlobalObject);
  VALETKEY_FIND(JSEvaluateScript);
  VALETKEY_FIND(JSCheckScriptSyntax);
  VALETKEY_FIND(JSGarbageCollect);
  VALETKEY_FIND(JSObjectDeleteProperty);
  VALETKEY_FIND(JSObjectGetProperty);
  VALETKEY_FIND(JSObjectMakeFunctionWithCallback);
  VALETKEY_FIND(JSObjectCallAsFunction);
  VALETKEY_FIND(JSObjectMakeError);
  VALETKEY_FIND(JSValueIsObject);
  VALETKEY_FIND(JSValueIsString);
  VALETKEY_FIND(JSValueIsUndefined);
  VALETKEY_FIND(JSValueMakeUndefined);
  VALETKEY_FIND(JSValueMakeString);
  VALETKEY_FIND(JSValueProtect);
  VALETKEY_FIND(JSValueUnprotect);
  VALETKEY_FIND(JSValueToStringCopy);
  VALETKEY_FIND(JSStringCreateWithUTF8CString);
  VALETKEY_FIND(JSStringRelease);
  VALETKEY_FIND(JSStringGetLength);
  VALETKEY_FIND(JSStringGetMaximumUTF8CStringSize);
  VALETKEY_FIND(JSStringGetUTF8CString);
  VALETKEY_FIND(JSContextGroupSetExecutionTimeLimit);
#undef VALETKEY_FIND
  return missing;
}

}  // namespace valetkey::adapters::javascriptcore::worker
