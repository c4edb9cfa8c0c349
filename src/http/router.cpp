#include "http/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "model/encoding.hpp"
#include "model/http_text.hpp"

namespace valetkey::http {

using model::is_control;

namespace {

/// The next segment of `rest` (which starts with `/`), and what follows it.
std::pair<std::string_view, std::string_view> split(std::string_view rest) {
  const auto end = std::min(rest.find('/', 1), rest.size());
  return {rest.substr(1, end - 1), rest.substr(end)};
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

bool takes_rest(std::string_view segment) { return is_parameter(segment) && segment.ends_with("...}"); }

std::string_view name_of(std::string_view segment) {
  const std::size_t around = takes_rest(segment) ? 5 : 2;
  return segment.substr(1, segment.size() - around);
}

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace

struct Router::Node {
  std::unordered_map<std::string, std::unique_ptr<Node>, TextHash, std::equal_to<>> literals;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;        // `{name...}`; has no children
  std::vector<const Route*> routes;  // by method; of the path that ends here

  Node& child(std::string_view segment) {
    auto& next = takes_rest(segment) ? rest : is_parameter(segment) ? parameter : literals[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    return *next;
  }

  [[nodiscard]] const Node* find(std::string_view remaining, std::vector<std::string_view>& taken) const {
    if (remaining.empty()) return routes.empty() ? nullptr : this;
    const auto [segment, behind] = split(remaining);
    if (const auto literal = literals.find(segment); literal != literals.end())
      if (const auto* found = literal->second->find(behind, taken)) return found;
    if (parameter && !segment.empty()) {
      taken.push_back(segment);
      if (const auto* found = parameter->find(behind, taken)) return found;
      taken.pop_back();
    }
    if (!rest) return nullptr;
    taken.push_back(remaining.substr(1));
    return rest.get();
  }

  [[nodiscard]] const Route* of_method(std::string_view method) const {
    for (const auto* route : routes)
      if (route->method == method) return route;
    return nullptr;
  }

  [[nodiscard]] const Route* answering(std::string_view method) const {
    if (const auto* route = of_method(method)) return route;
    if (method == "HEAD")
      if (const auto* route = of_method("GET")) return route;
    return method == "CONNECT" || method == "TRACE" ? nullptr : of_method(kAnyMethod);
  }

  [[nodiscard]] std::string allow() const {
    std::string list;
    for (const auto* route : routes) {
      if (route->method == kAnyMethod) return "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
      list.append(list.empty() ? "" : ", ").append(route->method);
      if (route->method == "GET" && of_method("HEAD") == nullptr) list.append(", HEAD");
    }
    return list;
  }
};

namespace {

/// False for what cannot name anything: a broken escape, a control byte.
bool read_parameters(Match& match, const std::vector<std::string_view>& taken) {
  std::size_t next = 0;
  for (std::string_view rest = match.route->path; !rest.empty();) {
    const auto [segment, behind] = split(rest);
    rest = behind;
    if (!is_parameter(segment)) continue;
    auto value = takes_rest(segment) ? std::optional(std::string(taken[next])) : model::percent_decode(taken[next]);
    ++next;
    if (!value || std::ranges::any_of(*value, is_control)) return false;
    match.parameters.emplace_back(name_of(segment), std::move(*value));
  }
  return true;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router::~Router() = default;

void Router::add(Route route) {
  if (!route.path.starts_with('/')) throw std::logic_error(fmt::format("route {} does not start with a slash", route.path));
  constexpr std::array<std::string_view, 6> kClasses{"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (std::size_t i = 0; i < kClasses.size(); ++i) route.labels[i] = fmt::format("{},{},{}", route.method, route.path, kClasses[i]);
  auto* node = root_.get();
  for (std::string_view rest = route.path; !rest.empty();) {
    const auto [segment, behind] = split(rest);
    if (takes_rest(segment) && !behind.empty()) throw std::logic_error(fmt::format("route {} goes on behind its rest", route.path));
    node = &node->child(segment);
    rest = behind;
  }
  if (node->of_method(route.method) != nullptr) throw std::logic_error(fmt::format("route {} {} is taken", route.method, route.path));
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  node->routes.push_back(routes_.back().get());
}

Match Router::match(std::string_view method, std::string_view path) const {
  Match match;
  if (!path.starts_with('/')) return match;
  std::vector<std::string_view> taken;
  const auto* node = root_->find(path, taken);
  if (node == nullptr) return match;
  match.route = node->answering(method);
  if (match.route == nullptr) {
    match.allow = node->allow();
    return match;
  }
  if (!read_parameters(match, taken)) return {};
  return match;
}

}  // namespace valetkey::http
