#pragma once
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "model/config_service.hpp"
#include "model/error.hpp"

namespace valetkey::services {

/// What one version of a service does.
struct ServiceText {
  std::string text;                ///< declarative: the document as JSON; script: JavaScript; http: the URL
  std::vector<std::string> kinds;
  friend bool operator==(const ServiceText&, const ServiceText&) = default;
};

/// The body of POST /v1/services.
struct NewService {
  std::string name;
  std::string description;
  model::Implementation implementation = model::Implementation::kDeclarative;
  ServiceText text;
};

/// The body of PATCH /v1/services/{id}; absent members stay.
struct ServiceChange {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> text;
  std::optional<std::vector<std::string>> kinds;
  std::optional<std::int64_t> version;  ///< what this one did becomes the next version
};

/// kInvalidInput with every pointer; those of a document stand below `/document`.
model::Result<NewService> read_new_service(const boost::json::object& body);
model::Result<ServiceChange> read_service_change(const boost::json::object& body, const model::ConfigService& before);

/// What is wrong with kinds of a script or of an http service; empty: nothing.
std::string wrong_kinds(model::Implementation implementation, const std::vector<std::string>& kinds);

/// `error` of something that stands below `pointer`.
model::Error below(model::Error error, std::string_view pointer);

}  // namespace valetkey::services
