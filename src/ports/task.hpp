#pragma once
#include <boost/asio/awaitable.hpp>

#include "model/error.hpp"

namespace valetkey::ports {

/// What every port that waits returns. A domain coroutine waits on ports only, and resumes on its own executor.
template <class T>
using Task = boost::asio::awaitable<T>;

/// A Task that can fail.
template <class T>
using Answer = Task<model::Result<T>>;

}  // namespace valetkey::ports
