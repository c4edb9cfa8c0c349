#pragma once
#include <JavaScriptCore/JavaScript.h>

#include <string>

namespace valetkey::adapters::javascriptcore::worker {

/// The functions of JavaScriptCore that a worker uses. The library is opened by workers only: the broker never loads it.
struct Engine {
  using TimeLimitCallback = bool (*)(JSContextRef, void*);

  decltype(&::JSContextGroupCreate) context_group_create;
  decltype(&::JSGlobalContextCreateInGroup) global_context_create_in_group;
  decltype(&::JSGlobalContextRelease) global_context_release;
  decltype(&::JSContextGetGlobalObject) context_get_global_object;
  decltype(&::JSEvaluateScript) evaluate_script;
  decltype(&::JSCheckScriptSyntax) check_script_syntax;
  decltype(&::JSGarbageCollect) garbage_collect;
  decltype(&::JSObjectDeleteProperty) object_delete_property;
  decltype(&::JSObjectGetProperty) object_get_property;
  decltype(&::JSObjectMakeFunctionWithCallback) object_make_function_with_callback;
  decltype(&::JSObjectCallAsFunction) object_call_as_function;
  decltype(&::JSObjectMakeError) object_make_error;
  decltype(&::JSValueIsObject) value_is_object;
  decltype(&::JSValueIsString) value_is_string;
  decltype(&::JSValueIsUndefined) value_is_undefined;
  decltype(&::JSValueMakeUndefined) value_make_undefined;
  decltype(&::JSValueMakeString) value_make_string;
  decltype(&::JSValueProtect) value_protect;
  decltype(&::JSValueUnprotect) value_unprotect;
  decltype(&::JSValueToStringCopy) value_to_string_copy;
  decltype(&::JSStringCreateWithUTF8CString) string_create_with_utf8;
  decltype(&::JSStringRelease) string_release;
  decltype(&::JSStringGetLength) string_get_length;
  decltype(&::JSStringGetMaximumUTF8CStringSize) string_get_maximum_utf8_size;
  decltype(&::JSStringGetUTF8CString) string_get_utf8;
  // Exported, but in no public header.
  void (*context_group_set_execution_time_limit)(JSContextGroupRef, double seconds, TimeLimitCallback, void*);
};

/// Opens the library, once. Empty, or why it cannot be used.
std::string open_engine(Engine& engine);

}  // namespace valetkey::adapters::javascriptcore::worker
