#include "cli/paging.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "cli/json_text.hpp"
#include "cli/places.hpp"

namespace valetkey::cli {
namespace {

constexpr int kMostPerPage = 200;

/// The members of a query are told as the flags that they came from.
Outcome<Reply> page_at(Program& program, const Call& call) {
  auto reply = program.call(call);
  if (reply) return reply;
  Places places;
  for (const auto& [name, value] : call.query) {
    auto flag = "--" + name;
    for (auto& c : flag)
      if (c == '_') c = '-';
    places.add("/" + name, flag);
  }
  places.explain(reply.error());
  return reply;
}

bool is_page(const boost::json::value& value) {
  const auto* object = value.if_object();
  return object != nullptr && object->contains("data") && object->at("data").is_array() && object->contains("next");
}

}  // namespace

void add_paging(CLI::App& command, PageWish& wish) {
  command.add_option("--limit", wish.limit, "at most so many")->check(CLI::Range(1, kMostPerPage));
  auto* after = command.add_option("--after", wish.after, "go on behind an earlier page");
  command.add_flag("--all", wish.is_all, "every one of them")->excludes(after);
}

Outcome<boost::json::value> read_page(Program& program, const std::string& path, Pairs filters, const PageWish& wish) {
  boost::json::array all;
  auto after = wish.after;
  const auto limit = wish.limit > 0 ? wish.limit : wish.is_all ? kMostPerPage : 0;
  if (limit > 0) filters.emplace_back("limit", std::to_string(limit));
  for (;;) {
    Call call{.path = path, .query = filters};
    if (!after.empty()) call.query.emplace_back("after", after);
    auto reply = page_at(program, call);
    if (!reply) return fail(std::move(reply.error()));
    if (!is_page(reply->body)) return fail(kUnreachable, "the answer is no page of a list");
    if (!wish.is_all) return std::move(reply->body);
    for (auto& item : reply->body.as_object().at("data").as_array()) all.push_back(std::move(item));
    after = text_of(reply->body, "next");
    if (after.empty()) return boost::json::object{{"data", std::move(all)}, {"next", nullptr}};
  }
}

}  // namespace valetkey::cli
