#pragma once
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/secret.hpp"

namespace valetkey::services {

/// Looks for the secrets of a call in what comes out of it (S37). A script has handles, never values: this is for what an application
/// or an API echoes, and for what a script was given by mistake. Secrets of fewer than 8 bytes count only where they are the whole text.
class SecretScan {
 public:
  void add(const model::Secret& secret);
  /// The secret itself, or its hex, base64 or percent-encoded form, in `text`.
  [[nodiscard]] bool finds(std::string_view text) const;
  /// In a text or a name anywhere in `value`.
  [[nodiscard]] bool finds(const boost::json::value& value) const;
  /// `***` where it finds one.
  [[nodiscard]] std::string masked(std::string text) const;
  void mask(boost::json::value& value) const;

 private:
  std::vector<model::Secret> forms_;  ///< long enough to be looked for within a text
  std::vector<model::Secret> short_;
};

}  // namespace valetkey::services
