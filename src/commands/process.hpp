#pragma once
#include <csignal>

namespace valetkey::commands {

/// No core file, and nobody of the same user may look into the memory: first of all, before anything secret is read (S42).
void harden_process();

/// Blocks the signals that end the server, for this thread and all that it starts, and ignores SIGPIPE. Answers them.
sigset_t block_end_signals();
/// Returns when one of them came.
void wait_for_end(const sigset_t& signals);

/// As many open files as the system lets us have, up to what a full server needs.
void raise_open_files();

}  // namespace valetkey::commands
