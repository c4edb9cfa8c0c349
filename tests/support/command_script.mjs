// Script tests: what a user types and what is printed, in one text.
//
//   # a comment
//   $ command            run by one bash for the whole script; `> ` lines go on with it
//   printed              what it prints, standard error included, line by line:
//                        <any> is any text, <id:name> a word that later lines and commands know as <id:name> and $name,
//                        <$NAME> a variable, and a line `...` any number of lines
//   ? 2                  its exit status, where it is not 0
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';

const kDeadlineMs = 60_000;

/** The steps of a script: {line, command, expected: [line], status}. */
export function parse_script(text) {
  const steps = [];
  for (const [i, line] of text.split('\n').entries()) {
    const step = steps.at(-1);
    if (/^#( |$)/.test(line) || (line.trim() === '' && (!step || step.is_closed))) continue;
    if (line.startsWith('$ ')) steps.push({ line: i + 1, command: line.slice(2), expected: [], status: 0, is_closed: false });
    else if (!step) throw new Error(`line ${i + 1}: no command yet`);
    else if (line.startsWith('> ') && !step.expected.length) step.command += `\n${line.slice(2)}`;
    else if (/^\? \d+$/.test(line)) Object.assign(step, { status: Number(line.slice(2)), is_closed: true });
    else if (line.trim() === '') step.is_closed = true;
    else if (step.is_closed) throw new Error(`line ${i + 1}: it belongs to no command`);
    else step.expected.push(line);
  }
  return steps;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A pattern for the whole output; `known` holds words of earlier steps. */
function pattern_of(lines, known, variables) {
  const seen = new Set();
  const token = (_, kind, name) => {
    if (kind === 'any') return '.*?';
    if (kind.startsWith('$')) return escaped(variables[kind.slice(1)] ?? '');
    if (name in known) return escaped(known[name]);
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return `(?<${name}>[A-Za-z0-9_.-]+)`;
  };
  const line_pattern = (line) => line.split(/(<any>|<id:\w+>|<\$\w+>)/).map((part) =>
    (/^<.*>$/.test(part) ? part.replace(/^<(any|id|\$\w+)(?::(\w+))?>$/, token) : escaped(part))).join('');
  return new RegExp(`^${lines.map((line) => (line === '...' ? '(?:.*\\n)*?' : `${line_pattern(line)}\\n`)).join('')}$`);
}

/** One bash; run(command) answers {output, status}. */
class Shell {
  #buffer = '';
  #waiting = null;

  constructor({ cwd, env }) {
    this.mark = randomBytes(8).toString('hex');
    this.child = spawn('bash', ['--noprofile', '--norc'], { cwd, env, stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    this.child.stdout.setEncoding('utf8').on('data', (text) => { this.#buffer += text; this.#look(); });
    this.child.once('close', () => this.#waiting?.reject(new Error(`the shell ended; it had printed\n${this.#buffer}`)));
  }

  #look() {
    const end = new RegExp(`\\n?${this.mark} (\\d+)\\n`).exec(this.#buffer);
    if (!end || !this.#waiting) return;
    const output = this.#buffer.slice(0, end.index);
    this.#buffer = this.#buffer.slice(end.index + end[0].length);
    this.#waiting.resolve({ output: output === '' || output.endsWith('\n') ? output : `${output}\n`, status: Number(end[1]) });
  }

  async run(command) {
    const answer = new Promise((resolve, reject) => { this.#waiting = { resolve, reject }; });
    this.child.stdin.write(`{ ${command}\n} </dev/null 2>&1; printf '\\n%s %d\\n' ${this.mark} $?\n`);
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`it did not end; it has printed\n${this.#buffer}`)), kDeadlineMs); });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
      this.#waiting = null;
    }
  }

  async end() {
    const ended = this.child.exitCode === null && this.child.signalCode === null ? new Promise((resolve) => { this.child.once('close', resolve); }) : null;
    try {
      process.kill(-this.child.pid, 'SIGKILL');  // and all that it started
    } catch { /* it has ended, and left nothing */ }
    await ended;
  }
}

/** Runs a script; throws at the first step that goes otherwise, with what was expected and what came. `on_output` sees every output. */
export async function run_script(text, { cwd, env, on_output = () => {} }) {
  const shell = new Shell({ cwd, env });
  const known = {};
  try {
    for (const { line, command, expected, status } of parse_script(text)) {
      const place = `line ${line}: $ ${command}`;
      const ended = await shell.run(command).catch((error) => { throw new Error(`${place}\n${error.message}`); });
      on_output(ended.output);
      const match = pattern_of(expected, known, env).exec(ended.output);
      if (!match || ended.status !== status) {
        throw new Error(`${place}\n--- expected, exit status ${status}\n${expected.join('\n')}\n--- printed, exit status ${ended.status}\n${ended.output}---`);
      }
      for (const [name, value] of Object.entries(match.groups ?? {})) {
        known[name] = value;
        await shell.run(`${name}=${value}`);
      }
    }
  } finally {
    await shell.end();
  }
}
