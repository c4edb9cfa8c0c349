#include "services/script/account_handle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "model/json_reader.hpp"
#include "services/script/script_message.hpp"

namespace valetkey::services {

namespace json = boost::json;
using model::Code;
using model::fail;

AccountHandle::AccountHandle(ScriptAccount rights, model::TenantId tenant, model::ConnectionId connection,
                             std::optional<model::Secret> token, std::optional<ports::Connecting> connecting)
    : rights_(std::move(rights)),
      tenant_(std::move(tenant)),
      connection_(std::move(connection)),
      token_(std::move(token)),
      connecting_(std::move(connecting)) {
  if (token_) secrets_.add(*token_);
}

ports::Answer<std::string> AccountHandle::ask(std::string name, std::string argument) {
  if (name != "account.call" || rights_.api == nullptr)
    co_return fail(Code::kForbidden, fmt::format("there is no {} here", model::clipped(name)));
  auto call = call_of(argument);
  if (!call) co_return fail(std::move(call.error()));
  if (rights_.calls == 0) co_return fail(Code::kForbidden, "the script has made all the calls it may make");
  --rights_.calls;
  auto response = co_await rights_.api->call(std::move(*call));
  if (!response) co_return fail(std::move(response.error()));
  rights_.bytes -= std::min(rights_.bytes, response->body.size());
  json::value document = response_document(*response);
  secrets_.mask(document);
  co_return json::serialize(document);
}

model::Result<ports::AccountCall> AccountHandle::call_of(std::string_view argument) const {
  auto parsed = model::parse_json(argument);
  if (!parsed || !parsed->is_object()) return fail(Code::kInvalidInput, "what is asked is no object");
  std::vector<model::FieldError> errors;
  model::JsonReader reader(parsed->get_object(), "", errors);
  ports::AccountCall call{.tenant = tenant_, .connection = connection_};
  call.method = reader.required_string("method");
  call.path = reader.required_string("path");
  call.headers = reader.optional_pairs("headers", 32).value_or(ports::Headers{});
  auto body = body_of(reader);
  reader.finish();
  if (!errors.empty()) return fail(Code::kInvalidInput, errors.front().pointer + " " + errors.front().detail);
  if (std::ranges::find(rights_.methods, call.method) == rights_.methods.end())
    return fail(Code::kForbidden, fmt::format("the script may not {}", model::clipped(call.method)));
  if (!call.path.starts_with('/')) return fail(Code::kInvalidInput, "the path must begin with a slash: it is below the base URI");
  call.body = std::move(body.text);
  if (!body.content_type.empty()) call.headers.emplace_back("Content-Type", std::move(body.content_type));
  call.access_token = token_;
  call.connecting = connecting_;
  call.max_response = rights_.bytes;
  return call;
}

}  // namespace valetkey::services
