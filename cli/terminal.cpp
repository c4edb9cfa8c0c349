#include "cli/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace valetkey::cli {
namespace {

/// One line of standard input without its end; what was read is wiped from where it passed through.
model::Secret input_line() {
  std::string line;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) line += c;
  model::Secret out(line);
  model::Secret::wipe(line);
  return out;
}

constexpr int kEnds[] = {SIGINT, SIGTERM, SIGHUP, SIGTSTP};

/// The terminal as it was; a signal handler has nowhere else to find it.
termios shown{};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void show() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown); }

/// A terminal that shows nothing must not be left behind.
void show_and_end(int signal) {
  show();
  (void)::signal(signal, SIG_DFL);
  (void)::raise(signal);
}

/// The terminal shows nothing of what is typed while this lives.
class Hidden {
 public:
  Hidden() {
    ::tcgetattr(STDIN_FILENO, &shown);
    for (const int each : kEnds) (void)::signal(each, show_and_end);
    auto quiet = shown;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  ~Hidden() {
    show();
    for (const int each : kEnds) (void)::signal(each, SIG_DFL);
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;
};

}  // namespace

bool is_input_terminal() { return ::isatty(STDIN_FILENO) == 1; }
bool is_output_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

Style output_style(const Environment& environment) {
  if (!is_output_terminal()) return {};
  Style style;
  style.has_colour = !environment.get("NO_COLOR") && environment.get("TERM").value_or("dumb") != "dumb";
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) style.width = size.ws_col;
  return style;
}

bool agrees(const std::string& question) {
  fmt::print(stderr, "{} [y/N] ", question);
  const auto answer = input_line();
  return answer.reveal() == "y" || answer.reveal() == "Y" || answer.reveal() == "yes";
}

Outcome<model::Secret> typed_secret(const std::string& question, const std::string& hint) {
  if (!is_input_terminal()) return fail(kUsage, question + ": there is no terminal to ask on", hint);
  model::Secret typed;
  {
    // Before the question: who answers it at once is not shown either.
    const Hidden hidden;
    fmt::print(stderr, "{}: ", question);
    typed = input_line();
  }
  fmt::print(stderr, "\n");
  if (typed.empty()) return fail(kUsage, question + ": nothing was typed");
  return typed;
}

}  // namespace valetkey::cli
