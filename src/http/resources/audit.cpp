#include "http/resources/audit.hpp"

#include <boost/json.hpp>

#include "http/problem.hpp"
#include "http/resources/sequence_page.hpp"
#include "model/json_reader.hpp"

namespace valetkey::http {
namespace {

namespace json = boost::json;

json::object entry_document(const model::AuditEntry& entry) {
  auto detail = model::parse_json(entry.detail);
  return {{"sequence", entry.sequence}, {"at", model::to_rfc3339(entry.at)},
          {"actor", entry.actor},       {"action", entry.action},
          {"target", entry.target},     {"detail", detail ? std::move(*detail) : json::value(nullptr)},
          {"hash", entry.hash}};
}

/// The hash of each entry covers the one before it, so that a reader can check the whole chain (S43).
ports::Task<Response> list(AdminWorld world, Request& request) {
  if (auto allowed = check_unlimited(*request.caller, "read the audit log"); !allowed) co_return problem_response(allowed.error(), request);
  auto page = sequence_page_of(request);
  if (!page) co_return problem_response(page.error(), request);
  auto entries = co_await world.context.store().audit(request.caller->tenant.str(), page->after, page->limit + 1);
  if (!entries) co_return problem_response(entries.error(), request);
  const bool has_more = std::cmp_greater(entries->size(), page->limit);
  if (has_more) entries->pop_back();
  json::array data;
  for (const auto& entry : *entries) data.emplace_back(entry_document(entry));
  co_return page_response(std::move(data), has_more, entries->empty() ? "" : std::to_string(entries->back().sequence));
}

}  // namespace

void add_audit_routes(Router& router, AdminWorld world) {
  add_resource_route(router, world, "GET", "/v1/audit", scoped_or_installation({Scope::kAuditRead}), list);
}

}  // namespace valetkey::http
