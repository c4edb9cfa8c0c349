#pragma once
#include <string>

#include "model/secret.hpp"

namespace valetkey::test {

/// A key pair in PEM, as `openssl genpkey` and `openssl pkey -pubout` print it.
struct KeyPair {
  std::string public_pem;
  model::Secret private_pem;
};

KeyPair new_rsa_pair(unsigned bits);
KeyPair new_x25519_pair();
/// One of 2048 bits, made once.
const KeyPair& recovery_pair();

}  // namespace valetkey::test
