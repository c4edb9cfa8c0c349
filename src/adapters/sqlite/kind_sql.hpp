#pragma once
#include <string>

#include "model/error.hpp"
#include "model/row.hpp"
#include "ports/store.hpp"

namespace valetkey::adapters::sqlite {

/// The statements of one kind's table that never change.
struct KindSql {
  std::string columns;  ///< id, tenant, revision, its own, doc, mac: what row_of() reads
  std::string get;
  std::string put;
  std::string erase;
};

const KindSql& sql_of(model::Kind kind);

/// "revision" or a column of the kind; kInternal for another name, which never reaches a statement.
model::Result<void> check_column(model::Kind kind, std::string_view column);

/// The statement of a find or a count; its parameters are bound in the order tenant, equal, at_most, and for a find after, limit.
model::Result<std::string> find_sql(const ports::Query& query);
model::Result<std::string> count_sql(const ports::Query& query);

}  // namespace valetkey::adapters::sqlite
