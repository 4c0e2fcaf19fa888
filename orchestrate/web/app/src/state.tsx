// What tasks and attempts are in, with a mark beside the colour.
import type { State } from "./api";

export const marks: Record<string, string> = {
  pending: "○", running: "▶", suspended: "‖", retrying: "↻", done: "✓", failed: "✕", disabled: "⊘", missing: "?",
  succeeded: "✓", "timed out": "✕", lost: "✕", killed: "✕", interrupted: "↻", paused: "‖", cancelled: "⊘", cancelling: "⊘", ended: "✓",
  waiting: "○", planning: "▶", skipped: "⊘", downstream: "▶", "left out": "⊘", "upstream failed": "⇠",
};

export const markOf = (state: string): string => marks[state] ?? "•";

/** All states of tasks, those first that need somebody. */
export const states: State[] = ["failed", "disabled", "missing", "retrying", "running", "suspended", "pending", "done"];

/** Those, and what a graph shows besides. */
export const allStates: string[] = ["failed", "disabled", "missing", "upstream failed", "retrying", "running", "suspended", "pending", "done", "unknown"];

export const meanings: Record<State, string> = {
  failed: "It failed as often as it may.",
  disabled: "It failed too often, and rests for a while.",
  missing: "Others make its output, which is not there.",
  retrying: "It failed, and is tried again.",
  running: "An attempt is under way.",
  suspended: "Its attempt waits for tasks that it found out it needs.",
  pending: "It waits for what it requires, or for a worker.",
  done: "Its output is there.",
};

export function StateChip({ state }: { state: string }) {
  return (
    <span class={`state state-${state.replace(" ", "-")}`}>
      <span aria-hidden="true">{markOf(state)}</span> {state}
    </span>
  );
}
