#pragma once
#include <string>

#include "cli/environment.hpp"

namespace valetkey::cli {

/// Opens the link with $BROWSER, else xdg-open; the program runs beside this one, gets none of our VALETKEY_* variables and says
/// nothing on our terminal. False when there is none.
bool open_in_browser(const std::string& link, const Environment& environment);

}  // namespace valetkey::cli
