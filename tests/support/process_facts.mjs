// What the kernel says about a process.
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory of `pid` in bytes. */
export function resident_bytes(pid) {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return Number(kibibytes) * 1024;
}

/** Descriptors that `pid` has open. */
export const open_descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;
