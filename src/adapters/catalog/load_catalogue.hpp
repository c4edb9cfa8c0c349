#pragma once
#include <span>

#include "embedded/catalogue.hpp"
#include "model/catalogue.hpp"
#include "model/error.hpp"

namespace valetkey::adapters::catalog {

/// Reads `<slug>.toml` files (catalog/README.md) into a catalogue. All files are read before it fails; kInvalidInput then lists each
/// fault as `github.toml:12: /scope_seperator: unknown member; ...`.
model::Result<model::Catalogue> load_catalogue(std::span<const embedded::File> files);

/// The catalogue that ships in the binary; its files are tested, so a failure is a bug of the build.
model::Result<model::Catalogue> load_embedded_catalogue();

}  // namespace valetkey::adapters::catalog
