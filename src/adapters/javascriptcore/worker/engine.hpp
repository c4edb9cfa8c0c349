#pragma once
#include <JavaScriptCore/JavaScript.h>

#include <string>

namespace valetkey::adapters::javascriptcore::worker {

/// The functions of JavaScriptCore that a worker uses. The library is opened by workers only: the broker never loads it.
struct Engine {
  using TimeLimitCallback = bool (*)(JSContextRef, void*);

  decltype(&::JSContextGroupCreate) JSContextGroupCreate;
  decltype(&::JSGlobalContextCreateInGroup) JSGlobalContextCreateInGroup;
  decltype(&::JSGlobalContextRelease) JSGlobalContextRelease;
  decltype(&::JSContextGetGlobalObject) JSContextGetGlobalObject;
  decltype(&::JSEvaluateScript) JSEvaluateScript;
  decltype(&::JSCheckScriptSyntax) JSCheckScriptSyntax;
  decltype(&::JSGarbageCollect) JSGarbageCollect;
  decltype(&::JSObjectDeleteProperty) JSObjectDeleteProperty;
  decltype(&::JSObjectGetProperty) JSObjectGetProperty;
  decltype(&::JSObjectMakeFunctionWithCallback) JSObjectMakeFunctionWithCallback;
  decltype(&::JSObjectCallAsFunction) JSObjectCallAsFunction;
  decltype(&::JSObjectMakeError) JSObjectMakeError;
  decltype(&::JSValueIsObject) JSValueIsObject;
  decltype(&::JSValueIsString) JSValueIsString;
  decltype(&::JSValueIsUndefined) JSValueIsUndefined;
  decltype(&::JSValueMakeUndefined) JSValueMakeUndefined;
  decltype(&::JSValueMakeString) JSValueMakeString;
  decltype(&::JSValueProtect) JSValueProtect;
  decltype(&::JSValueUnprotect) JSValueUnprotect;
  decltype(&::JSValueToStringCopy) JSValueToStringCopy;
  decltype(&::JSStringCreateWithUTF8CString) JSStringCreateWithUTF8CString;
  decltype(&::JSStringRelease) JSStringRelease;
  decltype(&::JSStringGetLength) JSStringGetLength;
  decltype(&::JSStringGetMaximumUTF8CStringSize) JSStringGetMaximumUTF8CStringSize;
  decltype(&::JSStringGetUTF8CString) JSStringGetUTF8CString;
  // Exported, but in no public header.
  void (*JSContextGroupSetExecutionTimeLimit)(JSContextGroupRef, double seconds, TimeLimitCallback, void*);
};

/// Opens the library, once. Empty, or why it cannot be used.
std::string open_engine(Engine& engine);

}  // namespace valetkey::adapters::javascriptcore::worker
