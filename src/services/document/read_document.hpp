#pragma once
#include <boost/json/value.hpp>

#include "model/error.hpp"
#include "services/service_document.hpp"

namespace valetkey::services {

/// Whose document it is: a preset has the head of the catalogue (slug, confidence), a tenant's own has none.
enum class DocumentSource { kPreset, kTenant };

/// Reads and checks a service document (catalog/presets/README.md). kInvalidInput names every fault by JSON pointer: unknown members,
/// impossible combinations, unreachable alternatives, signing oracles (S26), shared signers without an identity (S27).
model::Result<ServiceDocument> read_service_document(const boost::json::value& document, DocumentSource source = DocumentSource::kTenant);

}  // namespace valetkey::services
