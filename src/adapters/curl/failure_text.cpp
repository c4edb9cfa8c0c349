#include "adapters/curl/failure_text.hpp"

#include <curl/curl.h>

#include <algorithm>

#include "model/error.hpp"

namespace valetkey::adapters::curl {

std::string_view reason_of(int result) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST: return "its name cannot be resolved";
    case CURLE_COULDNT_CONNECT: return "no connection can be made";
    case CURLE_OPERATION_TIMEDOUT: return "the deadline passed";
    case CURLE_SSL_CONNECT_ERROR: return "the TLS handshake failed";
    case CURLE_PEER_FAILED_VERIFICATION: return "its certificate cannot be verified";
    case CURLE_GOT_NOTHING: return "it closed the connection without an answer";
    case CURLE_PARTIAL_FILE: return "the answer was cut off";
    case CURLE_FILESIZE_EXCEEDED: return "the answer is too large";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR: return "the connection broke";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING: return "the answer is not HTTP";
    default: return "the transfer failed";
  }
}

std::string without_queries(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto question = std::min(text.find('?'), text.size());
    out += text.substr(0, question);
    text.remove_prefix(question);
    if (text.empty()) break;
    out += "?...";
    text.remove_prefix(std::min(text.find_first_of(" \t\r\n'\")"), text.size()));
  }
  return model::clipped(out);
}

}  // namespace valetkey::adapters::curl
