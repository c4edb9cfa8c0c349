#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cstdio>

#include "cli/body.hpp"
#include "cli/commands.hpp"
#include "cli/event_lines.hpp"
#include "cli/find.hpp"
#include "cli/json_text.hpp"
#include "cli/output.hpp"
#include "cli/paging.hpp"
#include "cli/problem.hpp"
#include "cli/program.hpp"
#include "cli/text.hpp"
#include "model/encoding.hpp"
#include "model/json_reader.hpp"

namespace valetkey::cli {
namespace {

namespace json = boost::json;

struct FilterWish {
  std::string type, connection, credential, integration;
};

void add_filter(CLI::App& command, FilterWish& wish) {
  command.add_option("--type", wish.type, "of this type, e.g. connection.created");
  command.add_option("--connection", wish.connection, "of this connection");
  command.add_option("--credential", wish.credential, "of this credential, by id or name");
  command.add_option("--integration", wish.integration, "of this integration");
}

Outcome<Pairs> filters_of(Program& program, const FilterWish& wish) {
  Pairs filters;
  if (!wish.type.empty()) filters.emplace_back("type", wish.type);
  if (!wish.connection.empty()) filters.emplace_back("connection", wish.connection);
  if (!wish.integration.empty()) filters.emplace_back("integration", wish.integration);
  if (wish.credential.empty()) return filters;
  auto id = credential_id(program, wish.credential);
  if (!id) return fail(std::move(id.error()));
  filters.emplace_back("credential", *id);
  return filters;
}

void add_list(CLI::App& group, Program& program) {
  struct Wish {
    PageWish page;
    FilterWish filter;
  };
  auto wish = std::make_shared<Wish>();
  auto& command = add_command(group, program, "list", "events in the order in which they were committed", [&program, wish]() -> Done {
    auto filters = filters_of(program, wish->filter);
    if (!filters) return fail(std::move(filters.error()));
    auto page = read_page(program, "/v1/events", std::move(*filters), wish->page);
    if (!page) return fail(std::move(page.error()));
    print_page(program, *page, {{"ID", "id"}, {"OCCURRED AT", "timestamp"}, {"TYPE", "type"}, {"CONNECTION", "data.connection"}});
    return kOk;
  });
  add_paging(command, wish->page);
  add_filter(command, wish->filter);
}

void add_show(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "show", "one event, its request and its deliveries", [&program, id]() -> Done {
    auto reply = program.call({.path = path_to("events", *id)});
    if (!reply) return fail(std::move(reply.error()));
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("ID", *id, "the event")->required();
}

/// As HTTP text, which `services try` reads again.
Done print_raw(const json::object& request) {
  const auto body = model::from_base64(text_of(request, "body_base64"));
  if (!body) return fail(kUnreachable, "the broker's answer has no body that can be read");
  const auto query = text_of(request, "query");
  fmt::print("{} {}{}{} HTTP/1.1\n", printable(text_of(request, "method")), printable(text_of(request, "path")), query.empty() ? "" : "?",
             printable(query));
  for (const auto& header : request.at("headers").as_array())
    fmt::print("{}: {}\n", cell_text(header.as_array().at(0)), printable(header.as_array().at(1).as_string()));
  fmt::print("\n");
  (void)std::fwrite(body->data(), 1, body->size(), stdout);
  return kOk;
}

void add_raw(CLI::App& group, Program& program) {
  auto id = std::make_shared<std::string>();
  auto& command = add_command(group, program, "raw", "the request that an event came in, as it arrived", [&program, id]() -> Done {
    auto reply = program.call({.path = path_to("events", *id, "raw")});
    if (!reply) return fail(std::move(reply.error()));
    if (!program.common.is_json && !program.common.is_quiet) return print_raw(reply->body.as_object());
    print_document(program, reply->body);
    return kOk;
  });
  command.add_option("ID", *id, "the event")->required();
}

void add_replay(CLI::App& group, Program& program) {
  struct Wish {
    std::string id, destination;
  };
  auto wish = std::make_shared<Wish>();
  auto& command =
      add_command(group, program, "replay", "deliver an event again, to all that want it or to one", [&program, wish]() -> Done {
        Body body;
        body.set_text("destination", wish->destination, "--destination");
        auto reply = body.send(program, "POST", path_to("events", wish->id, "replay"));
        if (!reply) return fail(std::move(reply.error()));
        print_done(program, reply->body, fmt::format("event {} will be delivered to {}", wish->id, cell_at(reply->body, "replayed")));
        return kOk;
      });
  command.add_option("ID", wish->id, "the event")->required();
  command.add_option("--destination", wish->destination, "to this one, whatever its filter says");
}

struct TailWish {
  FilterWish filter;
  std::string after;
  int count = 0;
};

/// One line an event, so that other programs can read along.
void print_event(const Program& program, std::string_view data) {
  auto event = model::parse_json(data);
  if (!event || program.common.is_json) fmt::print("{}\n", printable(data));
  else if (program.common.is_quiet) fmt::print("{}\n", printable(text_of(*event, "id")));
  else
    fmt::print("{}  {}  {}  {}\n", cell_at(*event, "timestamp"), cell_at(*event, "id"), cell_at(*event, "type"),
               cell_at(*event, "data.connection"));
  (void)std::fflush(stdout);
}

std::string stream_path(const Pairs& filters, const std::string& after) {
  std::string path = "/v1/events/stream";
  auto all = filters;
  if (!after.empty()) all.emplace_back("after", after);
  for (const auto& [name, value] : all) path.append(path.contains('?') ? "&" : "?").append(name).append("=").append(percent_encoded(value));
  return path;
}

/// One stream, until it ends or there is enough. Answers whether it may be taken up again behind `last_id`.
class Tail {
 public:
  Tail(Program& program, const TailWish& wish) : program_(program), wish_(wish) {}

  Done run() {
    auto filters = filters_of(program_, wish_.filter);
    if (!filters) return fail(std::move(filters.error()));
    auto api = program_.api();
    if (!api) return fail(std::move(api.error()));
    for (;;) {
      const auto before = seen_;
      auto ended = once(**api, *filters);
      if (is_enough()) return kOk;
      if (!ended) return fail(std::move(ended.error()));
      if (seen_ == before) return fail(kUnreachable, "the stream ended");  // the broker ends those that are long, never at once
    }
  }

 private:
  [[nodiscard]] bool is_enough() const { return wish_.count > 0 && seen_ >= wish_.count; }

  Outcome<void> once(ApiClient& api, const Pairs& filters) {
    EventLines lines([this](std::string_view data) {
      print_event(program_, data);
      ++seen_;
      return !is_enough();
    });
    Head head;
    std::string refusal;
    Stream stream{.method = "GET", .path = stream_path(filters, last_id_.empty() ? wish_.after : std::string())};
    if (!last_id_.empty()) stream.headers.emplace_back("Last-Event-ID", last_id_);
    stream.on_head = [&](const Head& each) {
      head = each;
      return true;
    };
    stream.on_piece = [&](std::string_view piece) {
      if (head.status == 200) return lines.read(piece);
      refusal += piece;
      return refusal.size() <= std::size_t{64} * 1024;
    };
    auto ended = api.stream(stream);
    if (!lines.last_id().empty()) last_id_ = lines.last_id();
    if (head.status != 0 && head.status != 200) return fail(failure_of(head, refusal, api.origin()));
    return ended;
  }

  Program& program_;
  const TailWish& wish_;
  std::string last_id_;
  int seen_ = 0;
};

void add_tail(CLI::App& group, Program& program) {
  auto wish = std::make_shared<TailWish>();
  auto& command =
      add_command(group, program, "tail", "events as they happen, one a line", [&program, wish] { return Tail(program, *wish).run(); });
  add_filter(command, wish->filter);
  command.add_option("--after", wish->after, "those behind this cursor first");
  command.add_option("--count", wish->count, "end after so many");
}

}  // namespace

void add_events(CLI::App& app, Program& program) {
  auto& group = add_group(app, "events", "what happened to connections and credentials, and what applications sent");
  add_list(group, program);
  add_show(group, program);
  add_tail(group, program);
  add_replay(group, program);
  add_raw(group, program);
}

}  // namespace valetkey::cli
