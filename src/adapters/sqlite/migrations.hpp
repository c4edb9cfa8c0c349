#pragma once
#include <span>

#include "adapters/sqlite/connection.hpp"
#include "embedded/migrations.hpp"
#include "model/time.hpp"

namespace valetkey::adapters::sqlite {

/// How many of `known` the database lacks. kNotSupported when it was written by a newer version or is not ours, kIntegrity when a
/// migration it has differs from ours. Changes nothing.
model::Result<std::size_t> pending_migrations(Connection& connection, std::span<const embedded::File> known);

/// Applies what is missing, all or nothing, under the exclusive lock.
model::Result<void> migrate(Connection& connection, std::span<const embedded::File> known, model::WallTime now);

}  // namespace valetkey::adapters::sqlite
