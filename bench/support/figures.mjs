// One line of results.json.

const kHolds = { '>=': (a, b) => a >= b, '<=': (a, b) => a <= b, '<': (a, b) => a < b, '=': (a, b) => a === b };

/**
 * {name, figure, unit, against, against_figure, ratio, goal, holds}. `goal` is text such as `>= 0.8` and speaks of the ratio, which is
 * figure / against_figure unless given; null: a figure that is told without a goal, `holds` is null then.
 */
export function figure_of({ name, figure, unit, against, against_figure, ratio = figure / against_figure, goal = null }) {
  if (goal === null) return { name, figure, unit, against, against_figure, ratio, goal, holds: null };
  const [sign, value] = goal.split(' ');
  return { name, figure, unit, against, against_figure, ratio, goal, holds: kHolds[sign](ratio, Number(value)) };
}

/** A figure that must stay below a limit of its own. */
export const limited = ({ name, figure, unit, limit }) =>
  figure_of({ name, figure, unit, against: 'limit', against_figure: limit, goal: '< 1' });
