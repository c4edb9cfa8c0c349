#include "events/ingress/keep_request.hpp"

#include <map>

#include "model/records.hpp"

namespace valetkey::events {
namespace {

using model::Code;
using model::fail;
using model::Kind;

constexpr int kMostRaces = 5;

/// What the store said of the marks after they were not all new: revision of a row, and whether it still counts.
struct Seen {
  std::int64_t revision = 0;
  bool is_live = false;
};
using SeenMarks = std::map<std::string, Seen, std::less<>>;

bool is_live(const SeenMarks& seen, const std::string& mark) {
  const auto found = seen.find(mark);
  return found != seen.end() && found->second.is_live;
}

std::vector<std::string> all_marks(const Keepable& keepable) {
  std::vector<std::string> out;
  if (!keepable.replay.empty()) out.push_back(keepable.replay);
  for (const auto& marks : keepable.marks)
    for (const auto& mark : {marks.event, marks.body})
      if (!mark.empty()) out.push_back(mark);
  return out;
}

ports::Answer<SeenMarks> look_up(const Context& context, const Keepable& keepable) {
  SeenMarks seen;
  const auto now = context.clock.wall_now();
  for (auto& mark : all_marks(keepable)) {
    auto row = co_await context.store().get(Kind::kSeenEvent, mark);
    if (!row) co_return fail(std::move(row.error()));
    if (!*row) continue;
    auto record = model::from_row<model::SeenEvent>(**row);
    if (!record) co_return fail(std::move(record.error()));
    seen[std::move(mark)] = {record->revision, record->expires_at > now};
  }
  co_return seen;
}

/// Leaves out what was seen before, and says of the rest what may be a replay.
void drop_duplicates(Keepable& keepable, const SeenMarks& seen) {
  std::vector<StoredMessage> messages;
  std::vector<Marks> marks;
  for (std::size_t i = 0; i < keepable.marks.size(); ++i) {
    auto& each = keepable.marks[i];
    if (!each.event.empty() && is_live(seen, each.event)) continue;
    if (!each.body.empty() && is_live(seen, each.body)) {
      keepable.messages[i].possible_replay = true;
      each.body.clear();
    }
    messages.push_back(std::move(keepable.messages[i]));
    marks.push_back(std::move(each));
  }
  keepable.messages = std::move(messages);
  keepable.marks = std::move(marks);
}

class UnitOfRequest {
 public:
  UnitOfRequest(const Context& context, const Keepable& keepable, const SeenMarks& seen)
      : context_(context),
        keepable_(keepable),
        seen_(seen),
        now_(context.clock.wall_now()) {}

  ports::Unit make() {
    const auto& request = keepable_.request;
    unit_.preconditions.emplace_back(ports::Expect{Kind::kEndpoint, request.endpoint.str(), "credential", request.credential.str()});
    unit_.writes.emplace_back(context_.records.put(request));
    if (!keepable_.replay.empty()) add(keepable_.replay, keepable_.replay_for);
    for (const auto& marks : keepable_.marks) {
      if (!marks.event.empty()) add(marks.event, marks.lives);
      if (!marks.body.empty()) add(marks.body, marks.lives);
    }
    return std::move(unit_);
  }

 private:
  void add(const std::string& mark, model::Seconds lives) {
    const auto found = seen_.find(mark);
    if (found == seen_.end()) unit_.preconditions.emplace_back(ports::ExpectAbsent{Kind::kSeenEvent, mark});
    else unit_.preconditions.emplace_back(ports::Expect{Kind::kSeenEvent, mark, "revision", found->second.revision});
    unit_.writes.emplace_back(context_.records.put(model::SeenEvent{
        .id = mark, .tenant = keepable_.request.tenant, .request = keepable_.request.id.str(), .expires_at = now_ + lives}));
  }

  const Context& context_;
  const Keepable& keepable_;
  const SeenMarks& seen_;
  model::WallTime now_;
  ports::Unit unit_;
};

/// Whether the endpoint is still there, where the marks do not explain why a unit failed.
ports::Answer<void> check_endpoint(const Context& context, const model::ReceivedRequest& request) {
  auto endpoint = co_await context.store().get(Kind::kEndpoint, request.endpoint.str());
  if (!endpoint) co_return fail(std::move(endpoint.error()));
  if (!*endpoint) co_return fail(Code::kNotFound, "no such endpoint");
  co_return model::Result<void>{};
}

}  // namespace

ports::Answer<Kept> keep_request(Context& context, Keepable keepable) {
  const bool had_messages = !keepable.messages.empty();
  SeenMarks seen;
  for (int race = 0; race < kMostRaces; ++race) {
    if (had_messages)
      if (auto sealed = co_await seal_messages(context.keys, keepable.request, keepable.messages); !sealed)
        co_return fail(std::move(sealed.error()));
    auto applied = co_await context.store().apply(UnitOfRequest(context, keepable, seen).make());
    if (applied) co_return Kept::kStored;
    if (applied.error().code != Code::kPreconditionFailed) co_return fail(std::move(applied.error()));
    if (auto stands = co_await check_endpoint(context, keepable.request); !stands) co_return fail(std::move(stands.error()));
    auto found = co_await look_up(context, keepable);
    if (!found) co_return fail(std::move(found.error()));
    seen = std::move(*found);
    if (!keepable.replay.empty() && is_live(seen, keepable.replay)) co_return Kept::kDuplicate;
    if (!keepable.marks.empty()) drop_duplicates(keepable, seen);
    if (had_messages && keepable.messages.empty()) co_return Kept::kDuplicate;
  }
  co_return fail(Code::kStoreBusy, "keep the request: others kept writing the same events");
}

}  // namespace valetkey::events
