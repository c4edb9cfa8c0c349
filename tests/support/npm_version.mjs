// The version of an npm module of the tests, as it is installed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { kRepository } from './test_run.mjs';

export const npm_version = (name) => JSON.parse(readFileSync(join(kRepository, 'tests/node_modules', name, 'package.json'), 'utf8')).version;
