// The nasty provider's control routes, for whoever does not run in its process.
import { answer_json, read_body } from './listener.mjs';

const kRoutes = {
  'GET /_control/log': (provider) => provider.log.entries,
  'GET /_control/counters': (provider) => provider.counters(),
  'GET /_control/sink': ({ sink }) => sink.requests.map(({ body, ...rest }) => ({ ...rest, body: body.toString('latin1') })),
  'GET /_control/settings': ({ settings }) => settings,
  // {route, script: [{...}, ...]} queues; {route, default: {...}|null} sets what happens when the queue is empty
  'POST /_control': ({ script }, body) => {
    if ('default' in body) script.set_default(body.route, body.default);
    if (body.script) script.push(body.route, body.script);
    if (body.clear) script.clear(body.route);
    return { route: body.route, left: script.left(body.route) };
  },
  'POST /_control/settings': ({ settings }, body) => Object.assign(settings, body),
  'POST /_control/mint': (provider, { n = 1, ...options }) => provider.mint(n, options),
  'POST /_control/clients': (provider, body) => { provider.grants.add_client(body); return {}; },
  'POST /_control/kill_grant': (provider, { grant, why }) => { provider.kill_grant(grant, why); return {}; },
  'POST /_control/advance': (provider, { seconds }) => { provider.advance(seconds); return { now: provider.now() }; },
  'POST /_control/release': ({ script }, { gate }) => ({ released: script.release(gate) }),
  // answers when `count` requests are held at the gate
  'POST /_control/held': async ({ script }, { gate, count }) => ({ held: await script.held(gate, count) }),
  'POST /_control/reset_log': ({ log, sink }) => { log.clear(); sink.requests.length = 0; return {}; },
};

export const control_handler = (provider) => async (req, res) => {
  try {
    const route = kRoutes[`${req.method} ${new URL(req.url, 'http://control').pathname}`];
    if (!route) return answer_json(res, 404, { error: `no control route ${req.method} ${req.url}`, routes: Object.keys(kRoutes) });
    const bytes = await read_body(req);
    return answer_json(res, 200, await route(provider, bytes.length ? JSON.parse(bytes) : {}));
  } catch (error) {
    return answer_json(res, 400, { error: error.message });
  }
};
