#pragma once
#include <expected>
#include <string>
#include <vector>

namespace valetkey::cli {

/// Exit statuses (docs/cli.md). 130 is what a shell makes of Ctrl-C, too.
inline constexpr int kOk = 0;
inline constexpr int kRefused = 1;        ///< the broker, or the provider behind it, refused
inline constexpr int kUsage = 2;          ///< arguments, a file or settings of this program
inline constexpr int kNotAuthorized = 3;  ///< no valid key, or one without the scope
inline constexpr int kNotFound = 4;
inline constexpr int kConflict = 5;       ///< a name is taken, the state forbids it, it changed meanwhile
inline constexpr int kUnreachable = 6;    ///< the broker gave no answer
inline constexpr int kEndUser = 7;        ///< the end user must connect again
inline constexpr int kLater = 8;          ///< the same may work later
inline constexpr int kOperator = 9;       ///< who runs the broker, or owns the OAuth client, must act
inline constexpr int kChanges = 10;       ///< apply --plan --exit-code: there is something to do
inline constexpr int kApiRedirect = 30;   ///< call: the API answered 3xx, 4xx, 5xx
inline constexpr int kApiRefused = 40;
inline constexpr int kApiFailed = 50;
inline constexpr int kInterrupted = 130;

/// One wrong member of what was sent: its JSON pointer, and where the user wrote it (a flag, or file:line), if that is known.
struct WrongMember {
  std::string pointer;
  std::string detail;
  std::string where{};
};

/// What went wrong, for the user: no secret is in it.
struct Failure {
  int status = kRefused;
  std::string message;
  std::string hint{};
  std::string code{};  ///< of the broker's problem document
  std::vector<WrongMember> members{};
};

template <class T>
using Outcome = std::expected<T, Failure>;
/// What a command ends with: its exit status.
using Done = Outcome<int>;

inline std::unexpected<Failure> fail(int status, std::string message, std::string hint = {}) {
  return std::unexpected(Failure{.status = status, .message = std::move(message), .hint = std::move(hint)});
}
inline std::unexpected<Failure> fail(Failure failure) { return std::unexpected(std::move(failure)); }

/// `error: ...`, a line for each wrong member, `hint: ...` on standard error; answers the exit status.
int tell(const Failure& failure);

}  // namespace valetkey::cli
