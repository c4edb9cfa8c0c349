#pragma once
#include <string>

namespace valetkey::test {

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

/// A fresh self-signed P-256 certificate, valid for an hour, for one subject alternative name: `IP:127.0.0.1` or `DNS:localhost`.
Certificate self_signed(const std::string& name);

}  // namespace valetkey::test
