// The nasty provider as a process of its own: settings as JSON in the first argument, one ready line on stdout.
import { start_nasty_provider } from './nasty_provider.mjs';
import { end_with_parent, say_ready } from './server_process.mjs';

const provider = await start_nasty_provider(JSON.parse(process.argv[2] ?? '{}'));
end_with_parent(() => provider.stop());
say_ready(Object.fromEntries(Object.entries(provider).filter(([name, value]) => typeof value === 'string'
  && (name.endsWith('_url') || ['issuer', 'base_uri', 'client_id', 'client_secret'].includes(name)))));
