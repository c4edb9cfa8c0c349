set(entries "")
foreach(path ${FILES})
  get_filename_component(name ${path} NAME)
  file(READ ${path} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(MAKE_C_IDENTIFIER ${name} symbol)
  string(APPEND arrays "constexpr unsigned char k_${symbol}[] = {${bytes}0};\n")
  string(APPEND entries "    {\"${name}\", {reinterpret_cast<const char*>(k_${symbol}), sizeof(k_${symbol}) - 1}},\n")
endforeach()
file(WRITE ${OUT}/${NAME}.hpp "#pragma once
#include <span>
#include <string_view>
namespace valetkey::embedded {
#ifndef VALETKEY_EMBEDDED_FILE
#define VALETKEY_EMBEDDED_FILE
struct File { std::string_view name; std::string_view bytes; };
#endif
std::span<const File> ${NAME}();
}
")
if(entries STREQUAL "")
  set(body "return {};")
else()
  set(body "static const File files[] = {\n${entries}};\n  return files;")
endif()
file(WRITE ${OUT}/${NAME}.cpp "#include \"embedded/${NAME}.hpp\"
namespace {
${arrays}}
namespace valetkey::embedded {
std::span<const File> ${NAME}() {
  ${body}
}
}
")
