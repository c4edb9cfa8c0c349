// Requests that independent code signed (tests/vectors/presets), against the presets that ship: each is accepted and read as it says, and
// each changed one is refused. Keys are fetched from the answers that stand in the file; certificates lead to the authority in it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include <boost/json.hpp>

#include "adapters/catalog/load_presets.hpp"
#include "model/http_text.hpp"
#include "services/declared_verification.hpp"
#include "services/expressions/evaluation.hpp"
#include "services/library/preset_library.hpp"
#include "services/parse/read_events.hpp"
#include "support/recorded_metrics.hpp"
#include "support/run_task.hpp"
#include "support/stepped_clock.hpp"

namespace valetkey {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using services::EndpointValues;
using services::Incoming;
using services::Outcome;
using services::Verdict;

const fs::path kFolder = "tests/vectors/presets";

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

services::PresetLibrary read_library() {
  const auto files = adapters::catalog::load_embedded_presets();
  if (!files) throw std::runtime_error(files.error().detail);
  auto read = services::PresetLibrary::read(files->documents());
  if (!read) throw std::runtime_error(files->located(read.error()).detail);
  return std::move(*read);
}

const services::PresetLibrary& library() {
  static const auto read = read_library();
  return read;
}

/// Answers what the file says, and nothing else.
class WrittenAnswers final : public ports::HttpClient {
 public:
  explicit WrittenAnswers(const json::value* fetches) : fetches_(fetches) {}

  ports::Task<std::expected<ports::HttpResponse, ports::HttpFailure>> send(ports::HttpRequest request) override {
    asked.push_back(request.url);
    if (fetches_ != nullptr)
      for (const auto& one : fetches_->as_array()) {
        if (one.at("url").as_string() != request.url || one.at("method").as_string() != request.method) continue;
        if (const auto* wanted = one.as_object().if_contains("json"); wanted != nullptr && json::parse(request.body) != *wanted) continue;
        co_return ports::HttpResponse{.status = 200, .headers = {}, .body = std::string(one.at("body").as_string())};
      }
    co_return ports::HttpResponse{.status = 404, .headers = {}, .body = "not written"};
  }

  std::vector<std::string> asked;

 private:
  const json::value* fetches_;
};

/// One request of a file, as the broker gets it.
struct Sent {
  Incoming request;
  EndpointValues values;
};

void set_secrets(EndpointValues& values, const json::value& secrets) {
  for (const auto& [name, list] : secrets.as_object()) {
    auto& kept = values.secrets[std::string(name)];
    kept.clear();
    for (const auto& value : list.as_array()) kept.emplace_back(std::string(value.as_string()));
  }
}

model::WallTime time_at(const json::value& text) {
  const auto time = services::time_of(text.as_string(), services::TimeUnit::kRfc3339);
  if (!time) throw std::runtime_error("no time");
  return *time;
}

Sent sent(const json::object& file, const json::object& one) {
  Sent out;
  const auto& request = one.at("request").as_object();
  out.request.method = request.at("method").as_string();
  out.request.public_url = file.at("public_url").as_string();
  if (const auto* url = request.if_contains("url")) {
    const std::string text(url->as_string());
    const auto question = text.find('?');
    if (!text.starts_with('?')) out.request.public_url = text.substr(0, question);
    if (question != std::string::npos) out.request.query_text = text.substr(question + 1);
  }
  out.request.path = out.request.public_url.substr(out.request.public_url.find('/', 8));
  for (const auto& header : request.at("headers").as_array())
    out.request.headers.emplace_back(header.at(0).as_string(), header.at(1).as_string());
  out.request.body = request.at("body").as_string();
  out.request.received_at = time_at(one.contains("now") ? one.at("now") : file.at("now"));
  set_secrets(out.values, one.contains("secrets") ? one.at("secrets") : file.at("secrets"));
  for (const auto* from : {&file, &one})
    if (const auto* parameters = from->if_contains("parameters"))
      for (const auto& [name, value] : parameters->as_object()) out.values.parameters[std::string(name)] = value.as_string();
  out.values.accepts_handshake = one.contains("accepts_handshake");
  return out;
}

/// The request with the one change that `refused` says.
Sent changed(Sent out, const json::object& refused) {
  auto& headers = out.request.headers;
  const auto text = [](const json::value& value) { return std::string(value.as_string()); };
  for (const auto& [what, how] : refused) {
    if (what == "byte") out.request.body[how.at(0).to_number<std::size_t>()] = how.at(1).as_string()[0];
    if (what == "body") out.request.body = text(how);
    if (what == "query") out.request.query_text = text(how);
    if (what == "method") out.request.method = text(how);
    if (what == "public_url") out.request.public_url = text(how);
    if (what == "now") out.request.received_at = time_at(how);
    if (what == "secrets") set_secrets(out.values, how);
    if (what == "parameter") out.values.parameters[text(how.at(0))] = text(how.at(1));
    if (what == "add") headers.emplace_back(text(how.at(0)), text(how.at(1)));
    for (auto& [name, value] : headers) {
      if (what == "header" && name == text(how.at(0))) value = text(how.at(1));
      if (what == "rename" && name == text(how.at(0))) name = text(how.at(1));
    }
  }
  return out;
}

class PresetVectors : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    file_ = json::parse(read_file(kFolder / (GetParam() + ".json"))).as_object();
    document_ = library().find(GetParam());
    ASSERT_TRUE(document_) << "no such preset";
    if (const auto* authority = file_.if_contains("authority")) {
      authority_ = fs::temp_directory_path() / ("valetkey-vectors-" + std::to_string(::getpid()) + "-" + GetParam() + ".pem");
      std::ofstream(authority_) << std::string_view(authority->as_string());
    }
    clock_.advance(std::chrono::duration_cast<model::Milliseconds>(time_at(file_.at("now")) - clock_.wall_now()));
    http_.emplace(file_.if_contains("fetches"));
    keys_.emplace(*http_, clock_, metrics_, services::KeyFetch::Settings{.ca_file = authority_.string()});
  }
  void TearDown() override {
    if (!authority_.empty()) fs::remove(authority_);
  }

  Verdict verify(const Sent& one) {
    http_->asked.clear();
    services::DeclaredVerification verification(*keys_, *http_);
    return test::run(verification.verify(*document_, one.request, one.values, model::TenantId("ten_vectors"), services::Run::kLive));
  }

  static std::string told(const Verdict& verdict) {
    std::string out = verdict.reason;
    for (const auto& step : verdict.steps) out += "; " + step.what + ": " + step.result;
    return out;
  }

  void expect_reply(const json::object& wanted, const services::Reply& reply) {
    if (const auto* status = wanted.if_contains("status")) EXPECT_EQ(reply.status, status->to_number<int>());
    if (const auto* type = wanted.if_contains("content_type")) EXPECT_EQ(reply.content_type, type->as_string());
    if (const auto* body = wanted.if_contains("body")) EXPECT_EQ(reply.body, body->as_string());
    if (const auto* value = wanted.if_contains("json")) EXPECT_EQ(json::parse(reply.body), *value);
    if (const auto* headers = wanted.if_contains("headers"))
      for (const auto& header : headers->as_array()) {
        bool is_there = false;
        for (const auto& [name, value] : reply.headers)
          is_there |= model::lowered(name) == header.at(0).as_string() && value == header.at(1).as_string();
        EXPECT_TRUE(is_there) << header;
      }
  }

  void expect_message(const json::object& wanted, const services::Message& message) {
    if (const auto* type = wanted.if_contains("event_type")) EXPECT_EQ(message.event_type, type->as_string());
    if (const auto* id = wanted.if_contains("event_id")) EXPECT_EQ(message.event_id, id->as_string());
    if (const auto* users = wanted.if_contains("app_user_ids")) EXPECT_EQ(json::value_from(message.app_user_ids), *users);
    if (const auto* at = wanted.if_contains("occurred_at")) {
      ASSERT_TRUE(message.occurred_at);
      EXPECT_EQ(message.occurred_at->time_since_epoch().count(), at->to_number<std::int64_t>());
    }
    if (const auto* names = wanted.if_contains("unsigned")) {
      const auto& list = message.unsigned_members;
      EXPECT_EQ(std::set<std::string>(list.begin(), list.end()), json::value_to<std::set<std::string>>(*names));
    }
    EXPECT_TRUE(message.valid_request);
  }

  void expect_events(const json::object& wanted, const Sent& one, const Verdict& verdict) {
    const auto parsed = services::read_events(*document_, one.request, one.values, verdict);
    if (wanted.contains("unparsed")) {
      EXPECT_FALSE(parsed);
      return;
    }
    if (wanted.contains("events") || wanted.contains("reply")) ASSERT_TRUE(parsed) << parsed.error().detail;
    if (const auto* reply = wanted.if_contains("reply")) expect_reply(reply->as_object(), parsed->acknowledgement);
    const auto* events = wanted.if_contains("events");
    if (events == nullptr) return;
    ASSERT_EQ(parsed->messages.size(), events->as_array().size());
    for (std::size_t n = 0; n < parsed->messages.size(); ++n) expect_message(events->at(n).as_object(), parsed->messages[n]);
  }

  void expect_action(const json::object& wanted, const Sent& one, const Verdict& verdict) {
    const auto action = services::read_action(*document_, one.request, one.values, verdict);
    ASSERT_TRUE(action) << action.error().detail;
    EXPECT_EQ(action->action_id, wanted.at("action_id").as_string());
    if (const auto* url = wanted.if_contains("response_url")) EXPECT_EQ(action->response_url, url->as_string());
    EXPECT_EQ(action->needs_reply, wanted.contains("needs_reply"));
    if (const auto* reply = wanted.if_contains("reply")) expect_reply(reply->as_object(), action->reply);
    expect_message(wanted, action->message);
  }

  void expect_accepted(const json::object& one) {
    const auto request = sent(file_, one);
    const auto& wanted = one.at("expect").as_object();
    const auto verdict = verify(request);
    const std::string outcome(wanted.at("outcome").as_string());
    const auto expected = outcome == "verified" ? Outcome::kVerified : outcome == "challenge" ? Outcome::kChallenge : Outcome::kRejected;
    ASSERT_EQ(verdict.outcome, expected) << told(verdict);
    if (const auto* reason = wanted.if_contains("reason")) EXPECT_EQ(verdict.reason, reason->as_string());
    if (const auto* covers = wanted.if_contains("covers_body")) EXPECT_EQ(verdict.covers_body, covers->as_bool());
    if (const auto* id = wanted.if_contains("replay_id")) EXPECT_EQ(verdict.replay_id, id->as_string());
    if (const auto* url = wanted.if_contains("fetched")) EXPECT_EQ(http_->asked.back(), url->as_string());
    if (const auto* store = wanted.if_contains("store")) {
      EXPECT_EQ(verdict.store_secret, store->at(0).as_string());
      EXPECT_TRUE(model::Secret::equals(verdict.store_value.reveal(), std::string(store->at(1).as_string())));
    }
    if (expected == Outcome::kChallenge) {
      ASSERT_TRUE(verdict.reply);
      if (const auto* reply = wanted.if_contains("reply")) expect_reply(reply->as_object(), *verdict.reply);
    }
    if (expected != Outcome::kVerified) return;
    if (one.at("kind").as_string() == "action") expect_action(wanted.at("action").as_object(), request, verdict);
    else expect_events(wanted, request, verdict);
  }

  void expect_refused(const json::object& one) {
    for (const auto& refused : one.at("refused").as_array()) {
      SCOPED_TRACE(std::string(refused.at("what").as_string()));
      const auto verdict = verify(changed(sent(file_, one), refused.as_object()));
      EXPECT_EQ(verdict.outcome, Outcome::kRejected);
      EXPECT_NE(verdict.reason, "");
      if (const auto* reason = refused.as_object().if_contains("reason")) EXPECT_EQ(verdict.reason, reason->as_string()) << told(verdict);
      if (verdict.reply) EXPECT_GE(verdict.reply->status, 400);
    }
  }

  json::object file_;
  std::shared_ptr<const services::ServiceDocument> document_;
  fs::path authority_;
  test::SteppedClock clock_;
  test::RecordedMetrics metrics_;
  std::optional<WrittenAnswers> http_;
  std::optional<services::KeyFetch> keys_;
};

TEST_P(PresetVectors, accepts_and_reads_what_is_signed) {
  for (const auto& one : file_.at("cases").as_array()) {
    SCOPED_TRACE(std::string(one.at("name").as_string()));
    expect_accepted(one.as_object());
  }
}

TEST_P(PresetVectors, security_s25_refuses_what_was_changed) {
  for (const auto& one : file_.at("cases").as_array()) {
    SCOPED_TRACE(std::string(one.at("name").as_string()));
    expect_refused(one.as_object());
  }
}

std::vector<std::string> slugs() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".json") out.push_back(entry.path().stem());
  std::ranges::sort(out);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Shipped, PresetVectors, testing::ValuesIn(slugs()), [](const auto& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(PresetVectorFiles, every_preset_has_vectors) {
  const auto there = slugs();
  for (const auto& document : library().list()) EXPECT_TRUE(std::ranges::binary_search(there, document->slug)) << document->slug;
}

}  // namespace
}  // namespace valetkey
