// Contenders take turns, so that what disturbs the machine for a while disturbs each of them.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Half the way from the lowest to the highest, as a part of the median. */
export function spread(values) {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

/**
 * `measure(contender)` for each in turn, `rounds` times, after one that is thrown away. Answers for each contender an object with
 * the median of every number, and `rounds`, all of them.
 */
export async function interleaved(contenders, measure, { rounds = 5, warm_up = true } = {}) {
  const results = contenders.map(() => []);
  for (let round = warm_up ? -1 : 0; round < rounds; ++round) {
    for (const [i, contender] of contenders.entries()) {
      const result = await measure(contender);
      if (round >= 0) results[i].push(result);
    }
  }
  return results.map((all) => ({
    ...Object.fromEntries(Object.keys(all[0]).map((name) => [name, median(all.map((one) => one[name]))])),
    rounds: all,
  }));
}

/** The median of the ratios of each round: what slows one round slows both sides of it. */
export function ratio_of(left, right, name) {
  return median(left.rounds.map((round, i) => round[name] / right.rounds[i][name]));
}
