# vk_embed(target name files...): adds to target a source that defines
#   std::span<const valetkey::embedded::File> valetkey::embedded::<name>();
# declared in "embedded/<name>.hpp", so that the product is one binary.
function(vk_embed target name)
  set(out ${CMAKE_BINARY_DIR}/embedded/embedded/${name}.cpp)
  add_custom_command(OUTPUT ${out} ${CMAKE_BINARY_DIR}/embedded/embedded/${name}.hpp
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DOUT=${CMAKE_BINARY_DIR}/embedded/embedded "-DFILES=${ARGN}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
  target_include_directories(${target} PUBLIC ${CMAKE_BINARY_DIR}/embedded)
endfunction()
