#include "commands/doctor.hpp"

#include <fmt/format.h>

#include "adapters/catalog/load_catalogue.hpp"
#include "commands/command_line.hpp"
#include "commands/doctor_checks.hpp"
#include "commands/report.hpp"

namespace valetkey::commands {
namespace {

void check_catalogue(Findings& findings) {
  const auto catalogue = adapters::catalog::load_embedded_catalogue();
  if (catalogue) findings.ok("catalogue", "loads");
  else findings.problem("catalogue", catalogue.error().detail, "this binary is broken: build it again", kBadConfiguration);
}

void tell_faults(const model::Error& error, Findings& findings) {
  for (std::string_view rest = error.detail; !rest.empty();) {
    const auto end = rest.find('\n');
    findings.problem("settings", std::string(rest.substr(0, end)), "see docs/operations.md, Settings", status_of(error.code));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
}

}  // namespace

int doctor(const model::Result<Config>& config) {
  Findings findings;
  if (!config) {
    tell_faults(config.error(), findings);
  } else {
    findings.ok("settings", "each is known and acceptable; `valetkey config` shows them");
    check_data_dir(*config, findings);
    check_keys(*config, findings);
    check_database(*config, findings);
    check_listeners(*config, findings);
    check_tls(*config, findings);
    check_public_url(*config, findings);
    check_egress(*config, findings);
  }
  check_machine(findings);
  check_catalogue(findings);
  for (const auto& line : findings.lines()) fmt::print("{}\n", line);
  return findings.status();
}

}  // namespace valetkey::commands
