// Children of the tests: started, waited for until they say that they are ready, ended for certain.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const kStartDeadlineMs = 60_000;
const kStopDeadlineMs = 60_000;

/**
 * Starts `command` and waits until `is_ready(line)` answers something truthy for a line of its stdout.
 * Answers { child, ready, stop(signal), kill9(), exited, on_line(fn), tail() }; `ready` is what is_ready answered.
 * `on_line` sees each line of stdout from the first. A child that ends before it is ready rejects with the end of what it wrote.
 */
export async function start_process(command, args, { is_ready, deadline_ms = kStartDeadlineMs, stderr = 'pipe', on_line, ...options }) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', stderr], ...options });
  const written = [];
  const note = (line) => {
    written.push(line);
    if (written.length > 200) written.shift();
  };
  const listeners = new Set(on_line ? [on_line] : []);
  const exited = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
  });
  // writing to a child that has just died must not end the test run
  child.stdin.on('error', () => {});
  if (child.stderr) createInterface({ input: child.stderr }).on('line', note);

  let timer;
  const ready = await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`start ${command} ${args.join(' ')}: ${why}\n${written.join('\n')}`));
    timer = setTimeout(() => { child.kill('SIGKILL'); fail(`not ready after ${deadline_ms} ms`); }, deadline_ms);
    createInterface({ input: child.stdout }).on('line', (line) => {
      note(line);
      for (const listener of listeners) listener(line);
      try {
        const answer = is_ready(line);
        if (answer) resolve(answer);
      } catch (error) {
        fail(error.message);
      }
    });
    exited.then(({ code, signal, error }) => fail(error ? error.message : `ended with ${signal ?? `status ${code}`}`));
  }).finally(() => clearTimeout(timer));

  const has_ended = () => child.exitCode !== null || child.signalCode !== null;
  return {
    child,
    ready,
    exited,
    pid: child.pid,
    on_line(listener) { listeners.add(listener); return () => listeners.delete(listener); },
    tail: () => written.join('\n'),
    /** Sends `signal` and waits for the end; answers {code, signal}. After a deadline it kills and rejects. */
    async stop(signal = 'SIGTERM', deadline = kStopDeadlineMs) {
      if (has_ended()) return exited;
      child.kill(signal);
      let late;
      const overdue = new Promise((_, reject) => {
        late = setTimeout(() => {
          child.kill('SIGKILL');
          reject(new Error(`stop ${command}: still running ${deadline} ms after ${signal}\n${written.join('\n')}`));
        }, deadline);
      });
      return Promise.race([exited, overdue]).finally(() => clearTimeout(late));
    },
    async kill9() {
      if (!has_ended()) child.kill('SIGKILL');
      return exited;
    },
  };
}

/** [command, args] of a foreign program that the kernel ends when this process is gone, even by SIGKILL. */
export const with_parent = (command, args) => ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]];

/** In a child script: end when the parent is gone, so that an aborted test run leaves nothing behind. */
export function end_with_parent(on_end = async () => {}) {
  const leave = async () => { await on_end(); process.exit(0); };
  process.stdin.resume();
  process.stdin.once('end', leave);
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
}

/** In a child script: the one ready line, JSON. */
export function say_ready(value) {
  process.stdout.write(`${JSON.stringify({ ready: true, ...value })}\n`);
}

/** is_ready for children that use say_ready. */
export function ready_json(line) {
  if (!line.startsWith('{')) return null;
  try {
    const value = JSON.parse(line);
    return value.ready ? value : null;
  } catch {
    return null;
  }
}

/** The process that runs a script of this folder with this Node. */
export function start_script(url, args = [], options = {}) {
  return start_process(process.execPath, ['--no-warnings', url.pathname, ...args], { is_ready: ready_json, ...options });
}

