#pragma once
#include <boost/asio/ip/tcp.hpp>

#include "http/server/settings.hpp"

namespace valetkey::http::server {

/// Bound and listening; kInvalidInput says which address and why not.
model::Result<boost::asio::ip::tcp::acceptor> make_acceptor(boost::asio::io_context& context, const ListenAddress& address);

}  // namespace valetkey::http::server
