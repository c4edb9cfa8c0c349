// The keys of the vectors.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';

export const keys = JSON.parse(readFileSync(new URL('keys.json', import.meta.url)));
export const key = (name) => createPrivateKey({ key: keys[name].jwk, format: 'jwk' });
export const public_of = ({ d, p, q, dp, dq, qi, ...jwk }) => jwk;
