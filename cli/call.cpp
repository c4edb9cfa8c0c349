#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/find.hpp"
#include "cli/problem.hpp"
#include "cli/program.hpp"
#include "cli/text.hpp"

namespace valetkey::cli {
namespace {

constexpr std::size_t kLongestProblem = 256 * 1024;

struct CallWish {
  std::string id;
  std::string method;
  std::string path;
  std::vector<std::string> headers;
  std::string data;
  bool has_data = false;
  bool shows_head = false;
};

bool is_header_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, fits);
}

Outcome<Pairs> headers_of(const CallWish& wish) {
  Pairs out;
  bool has_type = false;
  for (const auto& line : wish.headers) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    if (colon == std::string::npos || !is_header_name(name))
      return fail(kUsage, fmt::format("-H {}: it must be 'Name: value'", masked(line)));
    auto value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; }))
      return fail(kUsage, fmt::format("-H {}: the value must not hold control characters", name));
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (lower == "authorization") return fail(kUsage, "-H Authorization: the broker sets it, with the token of the connection");
    has_type = has_type || lower == "content-type";
    out.emplace_back(name, value);
  }
  if (wish.has_data && !has_type) out.emplace_back("Content-Type", "application/json");
  return out;
}

/// Where the body comes from: the text itself, or a file read as it is sent.
class Data {
 public:
  Data() = default;
  ~Data() {
    if (file_ > STDERR_FILENO) ::close(file_);
  }
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;

  Outcome<void> open(const std::string& given, Stream& stream) {
    if (!given.starts_with('@')) {
      text_ = given;
      stream.size = static_cast<std::int64_t>(text_.size());
      stream.read = [this](char* into, std::size_t size) {
        const auto piece = std::min(size, text_.size() - sent_);
        std::copy_n(text_.data() + sent_, piece, into);
        sent_ += piece;
        return piece;
      };
      return {};
    }
    const auto path = given.substr(1);
    file_ = path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) return fail(kUsage, fmt::format("read {}: {}", path, std::generic_category().message(errno)));
    struct stat facts{};
    if (path != "-" && ::fstat(file_, &facts) == 0 && S_ISREG(facts.st_mode)) stream.size = facts.st_size;
    stream.read = [this](char* into, std::size_t size) {
      const auto got = ::read(file_, into, size);
      return got >= 0 ? static_cast<std::size_t>(got) : kReadFailed;
    };
    return {};
  }

 private:
  std::string text_;
  std::size_t sent_ = 0;
  int file_ = -1;
};

/// The answer on its way to standard output. A refusal of the broker itself is kept back until it is known whole.
class Answer {
 public:
  explicit Answer(bool shows_head) : shows_head_(shows_head) {}

  void listen(Stream& stream) {
    stream.on_head = [this](const Head& head) {
      head_ = head;
      // The proxy never hands a header of this name on from an API.
      is_refusal_ = !head.header("valetkey-error").empty();
      return is_refusal_ || write_head();
    };
    stream.on_piece = [this](std::string_view piece) {
      if (!is_refusal_) return write(piece);
      kept_ += piece;
      return kept_.size() <= kLongestProblem;
    };
  }

  /// By the class of the API's status, or the broker's refusal.
  Done end(const Origin& origin) {
    if (is_refusal_) return fail(failure_of(head_, kept_, origin));
    if (head_.status >= 500) return kApiFailed;
    if (head_.status >= 400) return kApiRefused;
    return head_.status >= 300 ? kApiRedirect : kOk;
  }

 private:
  static bool write(std::string_view bytes) { return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size(); }

  [[nodiscard]] bool write_head() const {
    if (!shows_head_) return true;
    auto text = head_.line + "\n";
    for (const auto& [name, value] : head_.headers) text += name + ": " + value + "\n";
    return write(printable(text, true) + "\n");
  }

  bool shows_head_;
  Head head_;
  bool is_refusal_ = false;
  std::string kept_;
};

/// Unchanged behind the Base URI: what is no part of a request target is refused, not encoded.
Outcome<std::string> target_of(const CallWish& wish) {
  std::string_view path = wish.path;
  if (path.starts_with("http://") || path.starts_with("https://"))
    return fail(kUsage, "PATH is a path behind the credential's Base URI, not a URL", "for example: valetkey call conn_... GET /users/me");
  if (path.starts_with('/')) path.remove_prefix(1);
  const auto is_unfit = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#'; };
  if (std::ranges::any_of(path, is_unfit)) return fail(kUsage, "PATH holds a space, # or a control character: percent-encode it");
  return path_to("proxy", wish.id) + "/" + std::string(path);
}

Done call_api(Program& program, CallWish& wish) {
  std::ranges::transform(wish.method, wish.method.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (!is_header_name(wish.method)) return fail(kUsage, fmt::format("{} is no HTTP method", masked(wish.method)));
  auto headers = headers_of(wish);
  if (!headers) return fail(std::move(headers.error()));
  auto target = target_of(wish);
  if (!target) return fail(std::move(target.error()));
  Stream stream{.method = wish.method, .path = std::move(*target), .headers = std::move(*headers)};
  Data data;
  if (wish.has_data)
    if (auto opened = data.open(wish.data, stream); !opened) return fail(std::move(opened.error()));
  Answer answer(wish.shows_head);
  answer.listen(stream);
  auto client = program.api();
  if (!client) return fail(std::move(client.error()));
  if (auto ended = (*client)->stream(stream); !ended) return fail(std::move(ended.error()));
  return answer.end((*client)->origin());
}

}  // namespace

void add_call(CLI::App& app, Program& program) {
  auto wish = std::make_shared<CallWish>();
  auto& command = add_command(app, program, "call", "call the API of a connection's account, through the broker",
                              [&program, wish] { return call_api(program, *wish); });
  command.add_option("ID", wish->id, "the connection")->required();
  command.add_option("METHOD", wish->method, "GET, POST, ...")->required();
  command.add_option("PATH", wish->path, "behind the credential's Base URI, query included")->required();
  command.add_option("-H,--header", wish->headers, "'Name: value'; once for each")->allow_extra_args(false);
  command.add_option_function<std::string>(
      "-d,--data",
      [wish](const std::string& data) {
        wish->data = data;
        wish->has_data = true;
      },
      "the body, @file for a file, @- for standard input");
  command.add_flag("-i,--include", wish->shows_head, "print status and headers, too");
}

}  // namespace valetkey::cli
