#pragma once
#include <string>

#include "oauth/alongside.hpp"
#include "oauth/client.hpp"
#include "oauth/refresher.hpp"

namespace valetkey::oauth {

struct CarryOverWish {
  std::int64_t from = 0;  ///< number of the set whose connections are carried over
  std::string after;      ///< grant id; empty: from the start
  int most = 200;         ///< grants of one call
};

struct CarriedOver {
  std::int64_t from = 0;
  std::int64_t to = 0;
  int carried = 0;
  std::vector<std::string> failed;  ///< connections whose tokens do not open, or that another node is refreshing
  std::string next;                 ///< pass as `after` to go on; empty: done
};

/// An installation admin vouches that the new endpoints are the old party's: tokens entered under an older set are sealed anew for
/// the current one (S1).
class CarryOver {
 public:
  CarryOver(Context& context, Refresher& refresher) : context_(context), refresher_(refresher) {}

  /// `begun` goes into a unit of its own before anything is carried, `alongside` into the unit of each connection. kInvalidInput when
  /// `from` is not an older set of the credential.
  ports::Answer<CarriedOver> run(model::Credential credential, CarryOverWish wish, Alongside<CarriedOver> begun,
                                 Alongside<model::Connection> alongside);

 private:
  /// The two sets of one run.
  struct Sets {
    std::int64_t from;
    std::string from_hash;
    Client to;
  };
  ports::Answer<Sets> sets_of(const model::Credential& credential, std::int64_t from) const;
  ports::Answer<void> carry(const Sets& sets, const model::Grant& grant, const Alongside<model::Connection>& alongside);
  ports::Answer<void> carry_guarded(const Sets& sets, const model::Grant& grant, const Alongside<model::Connection>& alongside);

  Context& context_;
  Refresher& refresher_;
};

}  // namespace valetkey::oauth
