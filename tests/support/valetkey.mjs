// The broker under test: a process of its own in a fresh directory, with everything it writes kept for the leak scan.
import { randomBytes } from 'node:crypto';
import { appendFileSync, closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BrokerApi } from './broker_api.mjs';
import { start_process, with_parent } from './server_process.mjs';
import { kRepository, run_directory, secret } from './test_run.mjs';

const kPassedOn = ['PATH', 'TMPDIR', 'LANG', 'ASAN_OPTIONS', 'LSAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS', 'ASAN_SYMBOLIZER_PATH'];

const binary_of = (stepped) => {
  const binary = process.env.VALETKEY_BINARY ?? join(kRepository, 'build/dev/valetkey');
  return stepped ? `${binary}-stepped` : binary;
};

/** vk_ and 256 random bits, as the broker makes its own keys. */
export const new_key = () => secret(`vk_${randomBytes(32).toString('base64url')}`);

const ready_origin = (line) => /valetkey ready on (https?:\/\/\S+?)[,;.]?(\s|$)/.exec(line)?.[1] ?? null;

class Broker extends BrokerApi {
  #process = null;
  #advanced = [];

  constructor(options) {
    super(null);
    this.options = options;
    this.directory = run_directory(options.name ?? 'valetkey');
    this.data_dir = join(this.directory, 'data');
    mkdirSync(join(this.directory, 'home'));
    // the root key is what opens everything: kept where the leak scan does not look
    this.key_directory = mkdtempSync(join(tmpdir(), 'valetkey-root-'));
    this.root_key_file = join(this.key_directory, 'root.key');
    this.stdout_file = join(this.directory, 'stdout.log');
    this.stderr_file = join(this.directory, 'stderr.log');
    this.bootstrap_key = options.bootstrap_key ?? new_key();
    this.port = 0;
  }

  /** What the broker is started with; commands on its store are given the same. */
  environment() {
    const passed_on = Object.fromEntries(kPassedOn.filter((name) => name in process.env).map((name) => [name, process.env[name]]));
    return {
      ...passed_on,
      HOME: join(this.directory, 'home'),
      VALETKEY_LISTEN: `127.0.0.1:${this.port}`,
      VALETKEY_DATA_DIR: this.data_dir,
      VALETKEY_ROOT_KEY_FILE: this.root_key_file,
      VALETKEY_BOOTSTRAP_KEY: this.bootstrap_key,
      VALETKEY_EGRESS_ALLOW: '127.0.0.0/8:*',
      ...this.options.env,
    };
  }

  #command() {
    const [command, ...args] = [...this.options.wrapper ?? [], binary_of(this.options.stepped), 'serve', ...this.options.args ?? []];
    return [command, args];
  }

  async start() {
    this.#advanced = [];  // what a former life did not answer
    const stderr = openSync(this.stderr_file, 'a');
    try {
      this.#process = await start_process(...with_parent(...this.#command()), {
        is_ready: ready_origin, env: this.environment(), cwd: this.directory, stderr, on_line: (line) => this.#note(line), ...this.options.process,
      });
    } catch (error) {
      error.message += `\n${this.log().split('\n').slice(-40).join('\n')}`;
      throw error;
    } finally {
      closeSync(stderr);
    }
    this.pid = this.#process.pid;
    this.origin = this.#process.ready;
    this.port = Number(new URL(this.origin).port);
    if (existsSync(this.root_key_file)) {
      const text = readFileSync(this.root_key_file, 'latin1').trim();
      if (/^[\x20-\x7e]+$/.test(text)) secret(text);
    }
    return this;
  }

  #note(line) {
    appendFileSync(this.stdout_file, `${line}\n`);
    if (line.trim() === 'advanced') this.#advanced.shift()?.();
  }

  /** What the broker logged, as text. */
  log() { return existsSync(this.stderr_file) ? readFileSync(this.stderr_file, 'utf8') : ''; }

  get running() { return this.#process !== null; }

  /** Resolves with {code, signal} when the process ends by itself. */
  get exited() { return this.#process.exited; }

  /** A key with `scopes` (all of the maker's by default), made with the current key; answers its text. */
  async make_key(body = {}) {
    const { key } = await this.api('POST', '/v1/keys', { body: { name: `test ${randomBytes(4).toString('hex')}`, scopes: ['*'], ...body } });
    return secret(key);
  }

  /** Turns the bootstrap key into a real admin key, once, and uses that from then on. */
  async become_admin() {
    this.key = this.bootstrap_key;
    this.key = await this.make_key({ name: 'admin', ...this.options.admin_key });
    return this.key;
  }

  /** SIGTERM; the broker must drain and end with status 0. */
  async stop() {
    if (!this.#process) return;
    const running = this.#process;
    this.#process = null;
    const { code, signal } = await running.stop('SIGTERM');
    if (code !== 0) throw new Error(`stop valetkey: ended with ${signal ?? `status ${code}`}\n${this.log().split('\n').slice(-60).join('\n')}`);
  }

  /** The process is gone at once, as by a power cut of this process. */
  async kill9() {
    const running = this.#process;
    this.#process = null;
    await running?.kill9();
  }

  /** Stops (unless it was killed) and starts again on the same data and the same port. */
  async restart() {
    await this.stop();
    return this.start();
  }

  /** Stepped binary only: time goes on by `seconds`, and every timer due has run. */
  advance(seconds) {
    if (!this.options.stepped) throw new Error('advance: only a broker started with stepped: true has a clock that can be moved');
    return new Promise((resolve, reject) => {
      this.#advanced.push(resolve);
      this.#process.exited.then(() => reject(new Error('advance: the broker has ended')));
      this.#process.child.stdin.write(`advance ${seconds}\n`);
    });
  }

  /** stop(), and what is kept apart from the run directory is removed. The run directory stays for the leak scan. */
  async end() {
    try {
      await this.stop();
    } finally {
      await this.kill9();
      rmSync(this.key_directory, { recursive: true, force: true });
    }
  }
}

/**
 * Starts a broker and answers it: origin, port, key (an admin key unless `admin: false`), bootstrap_key, data_dir,
 * directory, root_key_file, api(), call(), as(key), make_key(), stop(), kill9(), restart(), advance(), end(), log().
 * Options: name, env (VALETKEY_* to add or replace), args, wrapper (a command that becomes the broker), stepped, admin,
 * admin_key, bootstrap_key.
 */
export async function start_valetkey(options = {}) {
  const broker = new Broker(options);
  try {
    await broker.start();
    if (options.admin !== false) await broker.become_admin();
    return broker;
  } catch (error) {
    await broker.kill9();
    rmSync(broker.key_directory, { recursive: true, force: true });
    throw error;
  }
}

/** A broker that is not started: for tests of what refuses to start. */
export const prepare_valetkey = (options = {}) => new Broker(options);
