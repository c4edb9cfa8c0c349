#include "cli/output.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/json_text.hpp"
#include "cli/table.hpp"
#include "cli/terminal.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

std::string document_text(const json::object& document, Style style, std::size_t indent);

/// Lists of objects, e.g. the placeholders of an integration.
std::string items_text(const json::array& items, Style style, std::size_t indent) {
  std::string out;
  for (const auto& item : items) {
    auto text =
        item.is_object() ? document_text(item.as_object(), style, indent + 2) : std::string(indent + 2, ' ') + cell_text(item) + "\n";
    if (text.size() > indent) text[indent] = '-';
    out += text;
  }
  return out;
}

bool has_objects(const json::value& value) {
  const auto* items = value.if_array();
  return items != nullptr && !items->empty() && items->front().is_object();
}

bool is_block(const json::value& value) { return (value.is_object() && !value.as_object().empty()) || has_objects(value); }

/// Lines first, then what has lines of its own.
std::string document_text(const json::object& document, Style style, std::size_t indent) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& member : document)
    if (!is_block(member.value())) lines.emplace_back(printable(member.key()), cell_text(member.value()));
  auto out = pairs_text(lines, style, indent);
  for (const auto& member : document) {
    if (!is_block(member.value())) continue;
    out.append(indent, ' ').append(printable(member.key())).append("\n");
    out += member.value().is_object() ? document_text(member.value().as_object(), style, indent + 2)
                                      : items_text(member.value().as_array(), style, indent);
  }
  return out;
}

}  // namespace

void print_page(const Program& program, const json::value& page, const std::vector<Column>& columns, std::string_view id) {
  if (program.common.is_json) return fmt::print("{}\n", pretty(page));
  const auto& data = page.as_object().at("data").as_array();
  if (program.common.is_quiet) {
    for (const auto& item : data) fmt::print("{}\n", cell_at(item, id));
    return;
  }
  Cells titles;
  std::vector<Cells> rows(data.size());
  for (const auto& column : columns) {
    titles.emplace_back(column.title);
    for (std::size_t i = 0; i < data.size(); ++i) rows[i].push_back(cell_at(data[i], column.path));
  }
  fmt::print("{}", table_text(titles, rows, output_style(program.environment())));
  (void)std::fflush(stdout);
  if (!page.as_object().at("next").is_null()) fmt::print(stderr, "there are more: --all, or --after {}\n", cell_at(page, "next"));
}

void print_document(const Program& program, const json::value& document, std::string_view id) {
  if (program.common.is_json) fmt::print("{}\n", pretty(document));
  else if (program.common.is_quiet) fmt::print("{}\n", cell_at(document, id));
  else if (document.is_object()) fmt::print("{}", document_text(document.as_object(), output_style(program.environment()), 0));
}

void print_done(const Program& program, const json::value& document, std::string_view said, std::string_view id) {
  if (program.common.is_json) fmt::print("{}\n", pretty(document));
  else if (!program.common.is_quiet) fmt::print("{}\n", said);
  else if (const auto name = text_of(document, id); !name.empty()) fmt::print("{}\n", printable(name));
}

void tell_warnings(const Program& program, const json::value& document) {
  if (program.common.is_quiet) return;
  const auto* warnings = document.is_object() ? document.as_object().if_contains("warnings") : nullptr;
  if (warnings == nullptr || !warnings->is_array()) return;
  (void)std::fflush(stdout);
  for (const auto& each : warnings->as_array()) {
    if (each.is_string()) fmt::print(stderr, "warning: {}\n", printable(each.as_string()));
    else fmt::print(stderr, "warning: {} ({})\n", cell_at(each, "detail"), cell_at(each, "reference"));
  }
}

}  // namespace valetkey::cli
