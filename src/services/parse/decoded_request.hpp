#pragma once
#include <boost/json/value.hpp>
#include <optional>

#include "model/error.hpp"
#include "services/expressions/evaluation.hpp"

namespace valetkey::services {

/// A request decoded at most once, for conditions, pieces of a message and expressions. What cannot be read is simply not there, so
/// that what asks for it fails closed; `fault` tells a parser why. The request, the values and the rule outlive it; of one thread.
class DecodedRequest {
 public:
  /// `rule` null: the body is JSON where it begins like it, and a form where its content type says so.
  DecodedRequest(const Incoming& request, const EndpointValues& values, const ParseRule* rule);
  DecodedRequest(const DecodedRequest&) = delete;
  DecodedRequest& operator=(const DecodedRequest&) = delete;

  /// Each decodes at the first call; null: not readable. Views into this.
  const boost::json::value* body();
  const model::Pairs* form();
  const model::Pairs* query();
  /// All of it.
  const Facts& facts();
  /// Why the body is not what the rule says; decodes it.
  const std::optional<model::Error>& fault();

 private:
  void read_body();
  void read_field();
  void read_inner();
  void read_fields_as_body();
  [[nodiscard]] BodyFormat format() const { return rule_ == nullptr ? BodyFormat::kNone : rule_->format; }

  const Incoming& request_;
  const EndpointValues& values_;
  const ParseRule* rule_;
  bool has_read_query_ = false, has_read_form_ = false, has_read_body_ = false;
  std::optional<model::Pairs> query_;
  std::optional<model::Pairs> form_;
  std::optional<boost::json::value> body_;
  std::optional<boost::json::value> inner_;  ///< of base64_json
  std::optional<model::Error> fault_;
  std::optional<Facts> facts_;
};

}  // namespace valetkey::services
