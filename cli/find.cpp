#include "cli/find.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/json_text.hpp"
#include "cli/paging.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {

std::string path_to(std::string_view collection, std::string_view id, std::string_view action) {
  return fmt::format("/v1/{}/{}{}{}", collection, percent_encoded(id), action.empty() ? "" : "/", action);
}

Outcome<Reply> find_credential(Program& program, const std::string& text) {
  if (text.starts_with("cred_")) return program.call({.path = path_to("credentials", text)});
  auto page = read_page(program, "/v1/credentials", {{"name", text}}, {.is_all = true});
  if (!page) return fail(std::move(page.error()));
  for (const auto& credential : page->as_object().at("data").as_array())
    if (text_of(credential, "name") == text) return program.call({.path = path_to("credentials", text_of(credential, "id"))});
  return fail(kNotFound, fmt::format("there is no credential named {}", printable(text)), "`valetkey credentials list` shows them");
}

Outcome<std::string> credential_id(Program& program, const std::string& text) {
  if (text.starts_with("cred_")) return text;
  auto found = find_credential(program, text);
  if (!found) return fail(std::move(found.error()));
  return text_of(found->body, "id");
}

Outcome<void> ask_before(const Program& program, const std::string& question) {
  if (program.common.is_agreed || !is_input_terminal() || agrees(question)) return {};
  return fail(kUsage, "nothing was done");
}

}  // namespace valetkey::cli
