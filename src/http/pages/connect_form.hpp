#pragma once
#include <map>
#include <string>
#include <vector>

#include "http/response.hpp"
#include "model/error.hpp"
#include "oauth/connect_sessions.hpp"

namespace valetkey::http {

/// The page that asks: the integration, who asks for whom, what will be granted, the fields to fill in, Allow and Cancel.
/// `errors` point to `/fields/{name}`; `values` are what was typed, so that nothing is lost.
Response connect_form(const oauth::OpenSession& open, const std::map<std::string, std::string>& values,
                      const std::vector<model::FieldError>& errors);

/// A page that ends a flow: what happened, what can be done, what there is to choose, and the way back to the product where there is one.
Response end_page(std::string_view code, const std::string& way_back, std::string_view reference,
                  const std::vector<std::string>& choices = {});
Response success_page(const std::string& integration_name);

}  // namespace valetkey::http
