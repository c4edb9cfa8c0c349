#pragma once
#include <boost/json/value.hpp>

#include "model/error.hpp"
#include "model/integration.hpp"

namespace valetkey::model {

enum class IntegrationSource {
  kCatalogue,
  kCustom,  ///< of a tenant: http at loopback is accepted, and its callback path is always its own (S2)
};

/// Reads an integration's document (catalog/README.md) and checks it whole: members, URL templates (S3), placeholders, patterns (S39).
/// kInvalidInput lists everything that is wrong, with JSON pointers; an unknown member is wrong.
Result<Integration> parse_integration(const boost::json::value& document, IntegrationSource source = IntegrationSource::kCustom);

/// The document again; what was default is left out. parse_integration() of it gives an equal record.
boost::json::value to_json(const Integration& integration);

/// `[a-z0-9-]{1,63}`, neither first nor last a hyphen.
bool is_slug(std::string_view text);

}  // namespace valetkey::model
