#pragma once
#include <string>

#include "ports/script_engine.hpp"
#include "services/incoming.hpp"

namespace valetkey::services {

/// What scripts that look at a request may ask: hashes of messages, and with `values` HMACs and comparisons by secrets that they cannot
/// see (S37). A message is a text, {base64}, {raw: true} for the bytes of the body, or a list of these.
class SecretHandles final : public ports::ScriptHost {
 public:
  /// `request` and `values` outlive it; null: there are none.
  SecretHandles(const Incoming* request, const EndpointValues* values) : request_(request), values_(values) {}
  ports::Answer<std::string> ask(std::string name, std::string argument) override;

 private:
  model::Result<std::string> answer(std::string_view name, std::string_view argument) const;
  model::Result<std::string> mac(std::string_view name, const boost::json::object& argument) const;
  [[nodiscard]] model::Result<const std::vector<model::Secret>*> secrets(const boost::json::object& argument) const;
  model::Result<std::string> message(const boost::json::value* value) const;

  const Incoming* request_;
  const EndpointValues* values_;
};

}  // namespace valetkey::services
