#pragma once

struct bio_st;  // NOLINT(readability-identifier-naming): the name is OpenSSL's

namespace valetkey::adapters::upstream {

/// A BIO on a socket that it does not own. OpenSSL's own raises SIGPIPE when the peer has closed. Null: no memory.
bio_st* make_socket_bio(int socket);

}  // namespace valetkey::adapters::upstream
