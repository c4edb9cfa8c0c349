// The broker with a clock that stands still: `advance SECONDS` on standard input moves it, `advanced` on standard output answers.
#include <csignal>
#include <cstdio>
#include <iostream>
#include <thread>

#include "app.hpp"
#include "config.hpp"
#include "support/stepped_clock.hpp"

extern char** environ;

namespace {

std::span<char*> environment() {
  std::size_t count = 0;
  while (environ[count] != nullptr) ++count;
  return {environ, count};
}

void read_commands(valetkey::test::SteppedClock& clock) {
  for (std::string line; std::getline(std::cin, line);) {
    double seconds = 0;
    if (std::sscanf(line.c_str(), "advance %lf", &seconds) != 1) continue;
    clock.advance(valetkey::model::Milliseconds{static_cast<std::int64_t>(seconds * 1000)});
    std::cout << "advanced" << std::endl;
  }
}

}  // namespace

int main() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  auto config = valetkey::load_config("", environment());
  if (!config) {
    std::cerr << config.error().detail << std::endl;
    return 2;
  }
  const auto clock = std::make_shared<valetkey::test::SteppedClock>();
  auto app = valetkey::App::start(std::move(*config), {.clock = clock});
  if (!app) {
    std::cerr << app.error().detail << std::endl;
    return 3;
  }
  std::cout << "valetkey ready on " << (*app)->url() << std::endl;
  std::thread([clock] { read_commands(*clock); }).detach();
  int signal = 0;
  sigwait(&ending, &signal);
  (*app)->stop();
  app->reset();
  std::_Exit(0);  // the reader of standard input still waits
}
