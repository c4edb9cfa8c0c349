// A real browser: Debian's Chromium without a window, driven over its debugging pipe. It keeps what the console said and what was asked of
// the network, so that a test can see a broken policy or a request that leaves loopback.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kBinary = '/usr/bin/chromium';
const kArguments = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-default-apps', '--disable-extensions', '--hide-scrollbars', '--remote-debugging-pipe', '--window-size=1280,1000',
  // whatever it wants of elsewhere does not get there
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1', '--disable-features=OptimizationHints,MediaRouter,Translate',
];

export const has_chromium = () => existsSync(kBinary);

/** One message pipe: JSON texts that end with a NUL. */
class Pipe {
  #next = 0;
  #waiting = new Map();
  #rest = '';

  constructor(child, on_event) {
    this.out = child.stdio[3];
    this.out.on('error', () => {});
    child.stdio[4].setEncoding('utf8').on('data', (text) => {
      const parts = (this.#rest + text).split('\0');
      this.#rest = parts.pop();
      for (const part of parts) this.#take(JSON.parse(part), on_event);
    });
    child.on('exit', () => this.#waiting.forEach(({ reject }) => reject(new Error('chromium has ended'))));
  }

  #take({ id, method, params, result, error }, on_event) {
    if (!id) return on_event(method, params);
    const { resolve, reject } = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) reject(new Error(`chromium: ${error.message}`));
    else resolve(result);
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#next;
    this.out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }
}

/** A tab: console (texts of warnings and errors), requests (URLs), open(), evaluate(), until(), screenshot(), end(). */
class Tab {
  console = [];
  requests = [];

  async start() {
    this.profile = mkdtempSync(join(tmpdir(), 'valetkey-chromium-'));
    this.child = spawn(kBinary, [...kArguments, `--user-data-dir=${this.profile}`, 'about:blank'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.exited = new Promise((resolve) => { this.child.on('exit', resolve); });
    this.pipe = new Pipe(this.child, (method, params) => this.#note(method, params));
    const { targetId } = await this.pipe.send('Target.createTarget', { url: 'about:blank' });
    ({ sessionId: this.session } = await this.pipe.send('Target.attachToTarget', { targetId, flatten: true }));
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await this.send(`${domain}.enable`);
    return this;
  }

  #note(method, params) {
    if (method === 'Log.entryAdded' && params.entry.level !== 'info' && params.entry.level !== 'verbose') this.console.push(`${params.entry.text} ${params.entry.url ?? ''}`);
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) this.console.push(params.args.map(({ value, description }) => value ?? description).join(' '));
    if (method === 'Runtime.exceptionThrown') this.console.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    if (method === 'Network.requestWillBeSent') this.requests.push(params.request.url);
  }

  send(method, params) { return this.pipe.send(method, params, this.session); }

  open(url) { return this.send('Page.navigate', { url }); }

  /** The value of an expression in the page. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(`evaluate ${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    return result.value;
  }

  /** Resolves when `expression` becomes true in the page; looked at again with every frame that it draws. */
  until(expression, seconds = 60) {
    return this.evaluate(`new Promise((resolve, reject) => {
      const end = performance.now() + ${seconds * 1000};
      const look = () => ((${expression}) ? resolve(true) : performance.now() > end ? reject(new Error('it never became true')) : requestAnimationFrame(look));
      look();
    })`);
  }

  /** PNG bytes. */
  async screenshot(options = {}) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', ...options });
    return Buffer.from(data, 'base64');
  }

  async end() {
    await Promise.race([this.pipe.send('Browser.close').catch(() => {}), this.exited]);
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await this.exited;
    clearTimeout(patience);
    try {
      process.kill(-this.child.pid, 'SIGKILL');  // its helpers, which would write the profile again
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

export const start_chromium = () => new Tab().start();
