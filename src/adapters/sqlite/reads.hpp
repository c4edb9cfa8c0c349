#pragma once
#include <optional>
#include <string>
#include <vector>

#include "adapters/sqlite/connection.hpp"
#include "ports/store.hpp"

namespace valetkey::adapters::sqlite {

model::Result<std::optional<model::Row>> read_row(Connection& connection, model::Kind kind, const std::string& id);
model::Result<std::vector<model::Row>> read_rows(Connection& connection, const ports::Query& query);
model::Result<std::int64_t> count_rows(Connection& connection, const ports::Query& query);
model::Result<std::vector<model::Event>> read_events(Connection& connection, const ports::EventQuery& query);
model::Result<std::vector<model::AuditEntry>> read_audit(Connection& connection, const std::string& tenant, std::int64_t after, int limit);

}  // namespace valetkey::adapters::sqlite
