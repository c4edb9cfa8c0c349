#include "adapters/javascriptcore/worker/base_script.hpp"

namespace valetkey::adapters::javascriptcore::worker {

// What a script does to the objects of its realm it does to itself: nothing here is relied on by the broker.
const char* const kBaseScript = R"js((function (write, ask) {
  'use strict';
  const { parse, stringify } = JSON;
  const state = { kind: 'pending', text: '', line: 0 };
  const shown = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value}`;
    return stringify(value) ?? String(value);
  };
  const log = (...values) => write(values.map(shown).join(' '));
  globalThis.console = { log, debug: log, info: log, warn: log, error: log };
  const line_of = (error) => Number(/(?:^|\n)[^\n]*script:(\d+):\d+/.exec(error.stack)?.[1] ?? (error.sourceURL === 'script' ? error.line : 0));
  const fail = (error) => {
    state.kind = 'failed';
    try {
      state.text = error instanceof Error ? `${error}` : `threw ${shown(error)}`;
      state.line = error instanceof Error ? line_of(error) : 0;
    } catch {
      state.text = 'threw what cannot be shown';
    }
  };
  const begin = async (prelude, called, input) => {
    try {
      const bridge = (name, argument) => parse(ask(name, stringify(argument)));
      state.text = stringify(await prelude(bridge, called, parse(input))) ?? 'null';
      state.kind = 'done';
    } catch (error) {
      fail(error);
    }
  };
  return { begin, fail, state };
}))js";

}  // namespace valetkey::adapters::javascriptcore::worker
