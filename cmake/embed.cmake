# Writes NAME.hpp and NAME.cpp for vk_embed. The bytes come in by #embed, which clang reads 20 times faster than a list of numbers;
# the digest beside it changes the source with the bytes, because ccache does not know of #embed.
set(arrays "")
set(entries "")
foreach(path ${FILES})
  get_filename_component(name ${path} NAME)
  file(SHA256 ${path} digest)
  string(MAKE_C_IDENTIFIER ${name} symbol)
  string(APPEND arrays "constexpr unsigned char k_${symbol}[] = {  // ${digest}\n#embed \"${path}\" suffix(,)\n  0};\n")
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
#pragma clang diagnostic ignored \"-Wc23-extensions\"
namespace {
${arrays}}
namespace valetkey::embedded {
std::span<const File> ${NAME}() {
  ${body}
}
}
")
