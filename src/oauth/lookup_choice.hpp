#pragma once
#include <boost/json/value.hpp>
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/error.hpp"
#include "model/integration.hpp"

namespace valetkey::oauth {

using Fields = std::map<std::string, std::string>;

/// Why a look-up gave no values.
struct LookUpFailure {
  std::string code;                  ///< lookup_failed, choice_needed, choice_unknown, choice_gone
  model::Error error;
  std::string field;                 ///< the placeholder to name another value in; empty: none
  std::vector<std::string> choices;  ///< what there is, as people call it, safe to show; at most 50
  bool has_more = false;             ///< than `choices` tells
};

/// What decides between several items.
struct Wanted {
  std::string named;                       ///< by the end user or the operator; empty: nobody named one
  Fields earlier;                          ///< placeholder values of the connection that is renewed
  std::vector<std::string_view> secrets;   ///< of the exchange, kept out of `choices` (S22)
};

/// The values of the one item that is meant: the one that was named, else the one that the connection had, else the only one, else the
/// account's own default. Nothing is guessed: several without a reason to take one are a failure that lists them. Pure.
std::expected<Fields, LookUpFailure> chosen_values(const model::LookUp& lookup, const boost::json::value& answer, const Wanted& wanted);

}  // namespace valetkey::oauth
