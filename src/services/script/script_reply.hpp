#pragma once
#include <optional>
#include <string_view>

#include "model/json_reader.hpp"
#include "services/incoming.hpp"

namespace valetkey::services {

/// The member `name`, {status?, contentType?, headers?, body? or json?}, as an answer to the application: text, JSON or XML (S13).
/// nullopt: it is absent, or wrong.
std::optional<Reply> reply_member(model::JsonReader& reader, std::string_view name);

}  // namespace valetkey::services
