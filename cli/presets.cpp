#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/program.hpp"

namespace valetkey::cli {
namespace {

void add_list(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    std::string kind;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "the presets that ship", [&program, wish]() -> Done {
    Pairs filters{{"implementation", "preset"}};
    if (!wish->kind.empty()) filters.emplace_back("kind", wish->kind);
    auto page = read_page(program, "/v1/services", std::move(filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page, {{"SLUG", "slug"}, {"NAME", "name"}, {"KINDS", "kinds"}}, "slug");
    return kOk;
  });
  add_paging(command, wish->page);
  command.add_option("--kind", wish->kind, "that can be used as this");
}

/// The document alone, to begin one's own from: without what only those that ship have.
void print_own(const Program& program, const boost::json::value& preset) {
  auto document = preset.as_object().at("document").as_object();
  for (const auto* member : {"slug", "confidence"})
    if (auto* const found = document.find(member); found != document.end()) document.stable_erase(found);
  print_document(program, document, "title");
}

void add_show(CLI::App& group, Program& program) {
  struct Wish {
    std::string slug;
    bool is_document = false;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "show", "one preset: its secrets, parameters and document", [&program, wish]() -> Done {
    auto reply = program.call({.path = path_to("services/preset", wish->slug)});
    if (!reply) return fail(std::move(reply.error()));
    if (wish->is_document) print_own(program, reply->body);
    else print_document(program, reply->body, "slug");
    return kOk;
  });
  command.add_option("SLUG", wish->slug, "the preset")->required();
  command.add_flag("--document", wish->is_document, "only its document; with --json to begin your own from");
}

}  // namespace

void add_presets(CLI::App& app, Program& program) {
  auto& group = add_group(app, "presets", "services that ship with the broker, one for each application");
  add_list(group, program);
  add_show(group, program);
}

}  // namespace valetkey::cli
