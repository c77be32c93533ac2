// The page's state in one object; whoever shows a part of it listens to that part.

/** @returns {{state: object, on: function(string, function): void, set: function(object): void}} */
export function makeStore(state) {
  const listeners = [];
  return {
    state,
    /** Calls `react(state)` once after any change to one of the named parts ("hover selection"). */
    on(parts, react) {
      listeners.push({ parts: parts.split(" "), react });
    },
    set(patch) {
      const changed = Object.keys(patch).filter((key) => state[key] !== patch[key]);
      if (!changed.length) return;
      Object.assign(state, patch);
      for (const { parts, react } of listeners) {
        if (parts.some((part) => changed.includes(part))) react(state);
      }
    },
  };
}
