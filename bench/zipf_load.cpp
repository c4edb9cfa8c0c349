// valetkey-zipf PORT LIST SEED: reads the tokens of the connections listed in LIST, a few of them most often (Zipf, exponent 1), over 32
// kept-alive connections. Each line `N reads at RATE` on standard input is answered by the latencies as one line of JSON; RATE a second,
// 0: as fast as they go. VALETKEY_KEY holds the API key. Starts with a broker that has nothing in its cache.
//
// An open loop: a read is due by the clock whatever the earlier ones do, and its latency counts from when it was due. A read is a `hit`
// when its connection was read within the last kSurelyCached reads, a `miss` when it is the first read of it; the rest is uncertain and
// not counted.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kConnections = 32;
constexpr std::size_t kSurelyCached = 20'000;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "valetkey-zipf: {}\n", why);
  std::exit(1);
}

/// Ranks by inverse transform over the sums of 1/rank.
class Zipf {
 public:
  Zipf(std::size_t count, unsigned seed) : sums_(count), random_(seed) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sums_[i] = sum += 1.0 / static_cast<double>(i + 1);
  }
  std::size_t next() {
    const auto found = std::ranges::lower_bound(sums_, std::uniform_real_distribution<double>(0, sums_.back())(random_));
    return std::min<std::size_t>(static_cast<std::size_t>(found - sums_.begin()), sums_.size() - 1);
  }

 private:
  std::vector<double> sums_;
  std::mt19937_64 random_;
};

enum class Class { kHit, kMiss, kUncertain };

/// Which connection is read next, and what its read must be.
class Choice {
 public:
  Choice(std::vector<std::string> ids, unsigned seed) : ids_(std::move(ids)), last_read_(ids_.size(), 0), zipf_(ids_.size(), seed) {
    // one order for all runs on a list: the popular ones of one run are those of the next
    std::ranges::shuffle(ids_, std::mt19937_64(42));
  }
  std::pair<const std::string&, Class> next() {
    const auto at = zipf_.next();
    const auto last = std::exchange(last_read_[at], ++reads_);
    return {ids_[at], last == 0 ? Class::kMiss : reads_ - last <= kSurelyCached ? Class::kHit : Class::kUncertain};
  }

 private:
  std::vector<std::string> ids_;
  std::vector<std::size_t> last_read_;  ///< number of the read; 0: never
  std::size_t reads_ = 0;
  Zipf zipf_;
};

struct Read {
  Clock::time_point due;
  Class what = Class::kUncertain;
  const std::string* id = nullptr;
};

struct Line {
  int socket = -1;
  bool is_busy = false;
  Read read;
  std::string answer;
};

struct Latencies {
  std::vector<double> hits, misses;  ///< microseconds
  std::size_t uncertain = 0;
  std::size_t errors = 0;
};

class Load {
 public:
  Load(std::uint16_t port, Choice& choice, std::string key) : choice_(choice), key_(std::move(key)), poll_(epoll_create1(EPOLL_CLOEXEC)) {
    for (auto& line : lines_) {
      open(line, port);
      idle_.push_back(&line);
    }
  }
  ~Load() {
    for (auto& line : lines_) close(line.socket);
    close(poll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// `rate` 0: as fast as they go.
  Latencies run(std::size_t reads, double rate) {
    latencies_ = {};
    const auto from = Clock::now();
    std::size_t due = 0;
    while (done_ < reads) {
      const auto now = Clock::now();
      auto next_due = from;
      while (due < reads && (rate > 0 || waiting_.size() < idle_.size())) {
        next_due = rate > 0 ? from + std::chrono::nanoseconds(static_cast<std::int64_t>(static_cast<double>(due) / rate * 1e9)) : now;
        if (next_due > now) break;
        const auto [id, what] = choice_.next();
        waiting_.push_back({next_due, what, &id});
        ++due;
      }
      while (!waiting_.empty() && !idle_.empty()) send_next();
      receive(due < reads && rate > 0 && !idle_.empty() ? next_due - Clock::now() : std::chrono::milliseconds(100));
    }
    done_ = 0;
    return std::move(latencies_);
  }

 private:
  void open(Line& line, std::uint16_t port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    line.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(line.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) give_up("cannot connect");
    const int on = 1;
    setsockopt(line.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(line.socket, F_SETFL, O_NONBLOCK);
    epoll_event event{.events = EPOLLIN, .data = {.ptr = &line}};
    epoll_ctl(poll_, EPOLL_CTL_ADD, line.socket, &event);
  }

  void send_next() {
    auto& line = *idle_.back();
    idle_.pop_back();
    line.read = waiting_.front();
    waiting_.pop_front();
    line.answer.clear();
    const auto request = fmt::format(
        "GET /v1/connections/{}/token?min_ttl=60 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n", *line.read.id, key_);
    if (write(line.socket, request.data(), request.size()) != static_cast<ssize_t>(request.size())) give_up("cannot send");
  }

  void receive(std::chrono::nanoseconds at_most) {
    std::array<epoll_event, kConnections> events{};
    const auto wait = std::max(at_most.count(), std::chrono::nanoseconds::rep{0});
    const timespec until{.tv_sec = wait / 1'000'000'000, .tv_nsec = wait % 1'000'000'000};
    const int ready = epoll_pwait2(poll_, events.data(), kConnections, &until, nullptr);
    for (int i = 0; i < ready; ++i) take(*static_cast<Line*>(events.at(static_cast<std::size_t>(i)).data.ptr));
  }

  void take(Line& line) {
    std::array<char, 8192> bytes{};
    const auto size = read(line.socket, bytes.data(), bytes.size());
    if (size <= 0) give_up("the broker closed a connection");
    line.answer.append(bytes.data(), static_cast<std::size_t>(size));
    const auto head = line.answer.find("\r\n\r\n");
    if (head == std::string::npos) return;
    const auto field = line.answer.find("Content-Length: ");
    if (field == std::string::npos || field > head) give_up("an answer without Content-Length");
    const auto length = std::strtoul(line.answer.c_str() + field + 16, nullptr, 10);
    if (line.answer.size() < head + 4 + length) return;
    note(line);
    idle_.push_back(&line);
    ++done_;
  }

  void note(const Line& line) {
    const double took = std::chrono::duration<double, std::micro>(Clock::now() - line.read.due).count();
    if (!line.answer.starts_with("HTTP/1.1 200 ")) ++latencies_.errors;
    else if (line.read.what == Class::kHit) latencies_.hits.push_back(took);
    else if (line.read.what == Class::kMiss) latencies_.misses.push_back(took);
    else ++latencies_.uncertain;
  }

  Choice& choice_;
  std::string key_;
  int poll_;
  std::array<Line, kConnections> lines_;
  std::vector<Line*> idle_;
  std::deque<Read> waiting_;
  Latencies latencies_;
  std::size_t done_ = 0;
};

std::string percentiles(std::vector<double>& values) {
  std::ranges::sort(values);
  const auto at = [&](double part) {
    return values.empty() ? 0.0 : values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
  };
  return fmt::format(R"({{"count":{},"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},"p999":{:.1f}}})", values.size(), at(0.5), at(0.9), at(0.99),
                     at(0.999));
}

std::vector<std::string> lines_of(const char* path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.empty()) give_up(fmt::format("{} lists no connections", path));
  return lines;
}

}  // namespace

int main(int argc, char** argv) {
  const char* key = std::getenv("VALETKEY_KEY");
  if (argc != 4 || key == nullptr) give_up("usage: VALETKEY_KEY=... valetkey-zipf PORT LIST SEED");
  Choice choice(lines_of(argv[2]), static_cast<unsigned>(std::atoi(argv[3])));
  Load load(static_cast<std::uint16_t>(std::atoi(argv[1])), choice, key);
  for (std::string command; std::getline(std::cin, command);) {
    std::size_t reads = 0;
    double rate = 0;
    if (std::sscanf(command.c_str(), "%zu reads at %lf", &reads, &rate) != 2) give_up("unknown command");
    auto latencies = load.run(reads, rate);
    fmt::print(R"({{"hits":{},"misses":{},"uncertain":{},"errors":{}}})"
               "\n",
               percentiles(latencies.hits), percentiles(latencies.misses), latencies.uncertain, latencies.errors);
    std::fflush(stdout);
  }
  return 0;
}
