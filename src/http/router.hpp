#pragma once
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "http/response.hpp"
#include "http/scopes.hpp"
#include "ports/task.hpp"

namespace valetkey::http {

/// Answers one request; runs on the executor of its connection. The request outlives it.
using Handler = std::function<ports::Task<Response>(Request&)>;

/// Who may use a route. Made by the functions below.
struct Needs {
  bool key = false;               ///< an API key of a tenant with all of `scopes`
  bool installation_key = false;  ///< an installation key; with `key`: either
  ScopeSet scopes;
  bool open_inside = false;       ///< no key on the internal listener (/metrics)
  bool is_inside = false;         ///< where there is an internal listener, on that one only, as every route that needs a key
};
/// Anybody. Such a route is served on the public listener too.
inline Needs nobody() { return {}; }
/// Anybody who reaches the API.
inline Needs anybody_inside() { return {.scopes = {}, .is_inside = true}; }
inline Needs scoped(ScopeSet scopes) { return {.key = true, .scopes = scopes}; }
inline Needs installation() { return {.installation_key = true, .scopes = {}}; }
inline Needs scoped_or_installation(ScopeSet scopes) { return {.key = true, .installation_key = true, .scopes = scopes}; }

inline constexpr std::string_view kAnyMethod = "ANY";

struct Route {
  std::string method;           ///< GET answers HEAD too; ANY every method but CONNECT and TRACE that has no route of its own
  std::string path;  ///< `/v1/connections/{id}/token`; also what logs and metrics call it (S22). A last segment `{name...}` takes the rest
  Needs needs;
  Handler handler;
  std::function<std::optional<Response>(Request&)> at_once;  ///< of a hot route: answers without suspending, or leaves it to `handler`
  bool idempotent = false;  ///< honours Idempotency-Key (POST, S19)
  bool streams = false;  ///< the handler gets Request::exchange, before the body is read and without its limits

  std::array<std::string, 6> labels;  ///< of the metric, method, route and status, by status class; set by Router::add
};

struct Match {
  const Route* route = nullptr;  ///< null: 405 if `allow` is set, else 404
  std::vector<std::pair<std::string_view, std::string>> parameters;
  std::string allow;
};

/// A trie of path segments. A literal wins over a parameter; a parameter takes one whole, non-empty segment. Paths match as they
/// were sent: no dot segments, slashes or escapes of literals are normalised. `{name...}` takes all that follows its slash, raw: it may
/// be empty, and hold slashes and escapes. Filled at start, then read from any thread.
class Router {
 public:
  Router();
  Router(Router&&) noexcept;
  ~Router();
  /// Throws std::logic_error when the method and path are taken, or the path cannot be one: a bug in the wiring.
  void add(Route route);
  [[nodiscard]] Match match(std::string_view method, std::string_view path) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace valetkey::http
