#include "events/outbox/mapped_users.hpp"

namespace valetkey::events {
namespace {

using Users = std::vector<std::string>;

ports::Answer<Users> mapped(EndpointCache& sites, services::Services& services, const model::ReceivedRequest& request,
                            const services::Message& message) {
  auto site = co_await sites.of_endpoint(request.tenant, request.endpoint);
  // Its endpoint is gone: nothing says any more who maps.
  if (!site && site.error().code == model::Code::kNotFound) co_return message.app_user_ids;
  if (!site) co_return model::fail(std::move(site.error()));
  const auto name = site->service("user_id_mapper");
  if (name.empty()) co_return message.app_user_ids;
  auto mapper = co_await services.find(request.tenant, name, "user_id_mapper");
  if (!mapper) co_return model::fail(std::move(mapper.error()));
  auto users = co_await services.users_of(std::move(*mapper), message, request.tenant);
  if (!users && users.error().code == model::Code::kNotSupported) co_return message.app_user_ids;
  co_return users;
}

}  // namespace

UsersOf users_by_mapper(EndpointCache& sites, services::Services& services) {
  return [&sites, &services](const model::ReceivedRequest& request, const services::Message& message) {
    return mapped(sites, services, request, message);
  };
}

}  // namespace valetkey::events
