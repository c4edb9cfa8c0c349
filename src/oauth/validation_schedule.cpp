#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "model/digest.hpp"
#include "oauth/validations.hpp"

namespace valetkey::oauth {
namespace {

constexpr model::Seconds kTick{1};
/// Connections of one look: a page of an index, so that a million of them cost one short read a second.
constexpr int kMostPerLook = 64;
/// Checks of one look, and at one time: what providers see of a restart after a day is no stampede. 24 hours of it are 1.3 million.
constexpr int kMostChecks = 16;

/// The last tenth of the interval is the connection's own.
double share_of(const std::string& id) {
  const auto digest = model::sha256(id);
  return static_cast<double>(static_cast<unsigned char>(digest[0])) / 256;
}

}  // namespace

bool is_validation_due(const model::Connection& connection, model::Seconds interval, model::WallTime now) {
  if (connection.state != model::ConnectionState::kActive || interval.count() == 0) return false;
  if (!connection.validation) return true;
  const auto wait = static_cast<std::int64_t>(static_cast<double>(interval.count()) * (0.9 + 0.1 * share_of(connection.id.str())));
  return connection.validation->at + model::Seconds{wait} <= now;
}

ports::Answer<bool> Validations::next_credential() {
  auto found = co_await context_.records.find<model::Credential>({.after = cursor_.credential, .limit = 1});
  if (!found) co_return model::fail(std::move(found.error()));
  cursor_.current.reset();
  cursor_.connection.clear();
  if (found->empty()) co_return false;
  auto& credential = found->front();
  cursor_.credential = credential.id.str();
  if (co_await has_service(credential)) cursor_.current = std::move(credential);
  co_return true;
}

ports::Answer<int> Validations::look() {
  const auto now = context_.clock.wall_now();
  if (settings_.interval.count() == 0 || context_.is_on_hold) co_return 0;
  if (cursor_.rests_until && now < *cursor_.rests_until) co_return 0;
  cursor_.rests_until.reset();
  if (!cursor_.current) {
    auto more = co_await next_credential();
    if (!more) co_return model::fail(std::move(more.error()));
    if (!*more) cursor_ = {.credential = {}, .current = {}, .connection = {}, .rests_until = now + settings_.interval / 16};
    if (!cursor_.current) co_return 0;
  }
  auto page = co_await context_.records.find<model::Connection>({.tenant = cursor_.current->tenant.str(),
                                                                 .equal = {{"credential", cursor_.current->id.str()}},
                                                                 .after = cursor_.connection,
                                                                 .limit = kMostPerLook});
  if (!page) co_return model::fail(std::move(page.error()));
  int started = 0;
  for (const auto& connection : *page) {
    if (is_validation_due(connection, settings_.interval, now)) {
      if (under_way_ >= kMostChecks || started >= kMostChecks) co_return started;  // goes on here
      ++started;
      ++under_way_;
      boost::asio::co_spawn(context_.executor, check_due(connection.tenant, connection.id), boost::asio::detached);
    }
    cursor_.connection = connection.id.str();
  }
  if (std::cmp_less(page->size(), kMostPerLook)) cursor_.current.reset();
  co_return started;
}

ports::Task<void> Validations::run() {
  while (!is_stopping_) {
    if (auto started = co_await look(); !started)
      context_.log.write(ports::LogLevel::kWarning, "the schedule of validations cannot read what is due",
                         {{"cause", started.error().detail}});
    co_await context_.clock.sleep_until(context_.clock.boot_now() + kTick);
  }
}

}  // namespace valetkey::oauth
