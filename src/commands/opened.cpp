#include "commands/opened.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "root_key_choice.hpp"

namespace valetkey::commands {

model::Result<void> check_database_exists(const Config& config) {
  std::error_code error;
  const auto path = config.database_path();
  if (std::filesystem::exists(path, error)) return {};
  return model::fail(model::Code::kNotFound,
                     error ? fmt::format("open the database {}: {}", path, error.message())
                           : fmt::format("open the database {}: there is none; `valetkey serve` makes it, `valetkey config` shows where it "
                                         "is looked for",
                                         path));
}

model::Result<std::unique_ptr<Opened>> open_existing(const Config& config) {
  if (auto exists = check_database_exists(config); !exists) return model::fail(std::move(exists.error()));
  auto keys = root_keys_of(config);
  if (!keys) return model::fail(std::move(keys.error()));
  if (auto fits = check_root_keys(config, *keys); !fits) return model::fail(std::move(fits.error()));
  auto opened = std::make_unique<Opened>();
  auto open = open_store(config, std::move(*keys), opened->clock, opened->random, opened->bus);
  if (!open) return model::fail(std::move(open.error()));
  opened->open = std::move(*open);
  return opened;
}

}  // namespace valetkey::commands
