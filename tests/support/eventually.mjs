// Waiting for what becomes true by itself, without guessing how long that takes.
import { setTimeout as pause } from 'node:timers/promises';

/** Asks `holds` again and again until it answers something truthy, and answers that; fails after `within_ms`. */
export async function eventually(holds, { within_ms = 10_000, what = holds.toString() } = {}) {
  const deadline = performance.now() + within_ms;
  for (;;) {
    const answer = await holds();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`not within ${within_ms} ms: ${what}`);
    await pause(10);
  }
}
