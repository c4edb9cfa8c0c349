#include <fmt/format.h>

#include <algorithm>

#include "services/document/parts.hpp"

namespace valetkey::services {
namespace {

using Conditions = std::vector<Condition>;

bool is_same(const Condition& a, const Condition& b) {
  return a.of == b.of && a.name == b.name && a.equals == b.equals && a.is_not == b.is_not;
}

/// Whether `a` holds wherever `b` does.
bool follows(const Condition& a, const Condition& b) {
  // What equals something is there.
  const auto is_presence = !a.equals && !a.is_not && !b.is_not && a.of == b.of && a.name == b.name;
  return is_same(a, b) || is_presence;
}

/// Whether every request that `later` takes was taken by `earlier`.
bool covers(const Conditions& earlier, const Conditions& later) {
  return std::ranges::all_of(
      earlier, [&](const Condition& each) { return std::ranges::any_of(later, [&](const Condition& one) { return follows(each, one); }); });
}

bool contradict(const Condition& a, const Condition& b) {
  if (a.of != b.of || a.name != b.name) return false;
  if (!a.is_not && !b.is_not) return a.equals && b.equals && *a.equals != *b.equals;
  if (a.is_not == b.is_not) return false;
  const auto& negative = a.is_not ? a : b;
  const auto& positive = a.is_not ? b : a;
  return follows({.of = negative.of, .name = negative.name, .equals = negative.equals}, positive);
}

bool is_impossible(const Conditions& when) {
  for (std::size_t i = 0; i < when.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (contradict(when[i], when[j])) return true;
  return false;
}

/// `is_peer(i, j)`: whether j is asked before i at all.
template <class List, class IsPeer>
void check(const List& list, const std::string& place, Reading& reading, const IsPeer& is_peer) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto pointer = fmt::format("{}/{}", place, i);
    if (is_impossible(list[i].when)) reading.fault(pointer + "/when", "can never hold");
    for (std::size_t j = 0; j < i; ++j) {
      if (!is_peer(list[i], list[j]) || !covers(list[j].when, list[i].when)) continue;
      reading.fault(pointer, fmt::format("is never reached: {}/{} holds wherever this does", place, j));
      break;
    }
  }
}

/// Before verification a challenge answers every request that it holds for.
void check_behind_challenges(const ServiceDocument& document, Reading& reading) {
  for (std::size_t i = 0; i < document.verify.size(); ++i)
    for (std::size_t j = 0; j < document.challenges.size(); ++j) {
      const auto& challenge = document.challenges[j];
      if (challenge.is_signed || challenge.when.empty() || !covers(challenge.when, document.verify[i].when)) continue;
      reading.fault(fmt::format("/verify/{}", i), fmt::format("is never reached: /challenges/{} answers first", j));
      break;
    }
}

}  // namespace

void check_reachable(const ServiceDocument& document, Reading& reading) {
  const auto always = [](const auto&, const auto&) { return true; };
  check(document.verify, "/verify", reading, always);
  check(document.challenges, "/challenges", reading, [](const Challenge& a, const Challenge& b) { return a.is_signed == b.is_signed; });
  if (document.action) check(document.action->forms, "/action/forms", reading, always);
  check_behind_challenges(document, reading);
  for (std::size_t i = 0; i < document.challenges.size(); ++i)
    if (document.challenges[i].is_signed && document.verify.empty())
      reading.fault(fmt::format("/challenges/{}", i), "is never reached: nothing verifies the request");
}

}  // namespace valetkey::services
