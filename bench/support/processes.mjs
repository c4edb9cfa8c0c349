// What a process has cost so far, read from /proc.
import { readdirSync, readFileSync } from 'node:fs';

const kTicksPerSecond = 100;  // USER_HZ of every Linux that runs Debian

/** The fields of /proc/PID/stat behind the name, which may hold spaces; null: gone. */
function stat_of(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function children_of(pid) {
  const children = [];
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && Number(stat_of(name)?.[1]) === pid) children.push(Number(name));
  }
  return children;
}

/** `pid` and everything below it. */
export function tree_of(pid) {
  return [pid, ...children_of(pid).flatMap(tree_of)];
}

/** User and system time in seconds of these processes, and of their children that were waited for. */
export function cpu_seconds(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const fields = stat_of(pid);
    if (fields) ticks += [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
  }
  return ticks / kTicksPerSecond;
}

/** Resident memory in MiB. */
export function resident_mib(pid) {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1];
  return Number(kib) / 1024;
}

/** Seconds that the processors of this machine have worked so far, for whomever. */
export function busy_seconds() {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'latin1').split('\n')[0].split(/\s+/).map(Number);
  return (user + nice + system + irq + softirq) / kTicksPerSecond;
}
