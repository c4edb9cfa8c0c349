#pragma once
#include <boost/json/object.hpp>

#include "model/delivery.hpp"

namespace valetkey::http {

/// A delivery with the log of its attempts, without the reply.
boost::json::object delivery_document(const model::Delivery& delivery);

}  // namespace valetkey::http
