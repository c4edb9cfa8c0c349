#include "http/server/acceptor.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/v6_only.hpp>

namespace valetkey::http::server {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 4096;

std::unexpected<model::Error> cannot_listen(const ListenAddress& address, const boost::system::error_code& error) {
  return model::fail(model::Code::kInvalidInput, fmt::format("listen on {}: {}", to_text(address), error.message()));
}

}  // namespace

model::Result<tcp::acceptor> make_acceptor(asio::io_context& context, const ListenAddress& address) {
  boost::system::error_code error;
  const auto ip = asio::ip::make_address(address.host, error);
  if (error) return cannot_listen(address, error);
  const tcp::endpoint endpoint(ip, address.port);
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && ip.is_v6()) acceptor.set_option(asio::ip::v6_only(!ip.is_unspecified()), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) return cannot_listen(address, error);
  return acceptor;
}

}  // namespace valetkey::http::server
