#include "model/event.hpp"

#include "model/digest.hpp"
#include "model/encoding.hpp"

namespace valetkey::model {

std::string chained_hash(const std::string& previous, const AuditEntry& entry) {
  return to_hex(sha256(length_prefixed({previous, entry.tenant.str(), std::to_string(entry.sequence), std::to_string(to_unix_ms(entry.at)),
                                        entry.actor, entry.action, entry.target, entry.detail})));
}

}  // namespace valetkey::model
