# Flags every target shares. The dev build is the sanitizer build.
set(VALETKEY_SANITIZE "" CACHE STRING "sanitizers, comma separated")
option(VALETKEY_FUZZ "build the libFuzzer targets" OFF)

add_library(vk_flags INTERFACE)
target_include_directories(vk_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(vk_flags INTERFACE -pthread -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror=return-type
  -Werror=unused-result -Wno-missing-field-initializers -fno-omit-frame-pointer -gline-tables-only "SHELL:-Xclang -fno-pch-timestamp")
target_compile_definitions(vk_flags INTERFACE SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
if(VALETKEY_SANITIZE)
  target_compile_options(vk_flags INTERFACE -fsanitize=${VALETKEY_SANITIZE} -fno-sanitize-recover=all -fno-sanitize=vptr)
  target_link_options(vk_flags INTERFACE -fsanitize=${VALETKEY_SANITIZE})
endif()
if(VALETKEY_FUZZ)
  target_compile_options(vk_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
