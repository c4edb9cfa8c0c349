#pragma once
#include "model/credential.hpp"
#include "model/row_document.hpp"

namespace valetkey::model {

/// One member list for every record that keeps secrets with a rotation window.
template <class Io>
void members(Io& io, Is<StoredSecret> auto& secret) {
  io("sealed", secret.sealed);
  io("set_at", secret.set_at);
  io("valid_until", secret.valid_until);
}

}  // namespace valetkey::model
