// What the server answers, for a part of a page: asked for when it is shown and when something has changed.
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api";
import { changed, changedTasks, refresh } from "./live";
import { signedOut } from "./session";

export interface Answered<T> {
  value: T | undefined; // the last one, also while a newer one is asked for
  problem: Problem | undefined;
}

/**
 * Asks again when one of the inputs changes or a task has. Where a task is named, only changes of this one
 * and of nobody in particular count.
 */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, inputs: unknown[], task?: string): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ value: undefined, problem: undefined });
  const shown = useRef<string>("");
  const key = JSON.stringify(inputs);
  const version = changed.value;
  const seen = useRef(version);
  const tasks = changedTasks.peek();
  if (task === undefined || tasks.size === 0 || tasks.has(task)) {
    seen.current = version;
  }
  useEffect(() => {
    const control = new AbortController();
    if (shown.current !== key) {
      shown.current = key;
      setAnswered({ value: undefined, problem: undefined });
    }
    const asked = new Promise<T>((resolve) => resolve(ask(control.signal))); // which may throw
    asked.then(
      (value) => {
        if (!control.signal.aborted) {
          setAnswered({ value, problem: undefined });
        }
      },
      (error: unknown) => {
        if (control.signal.aborted) {
          return;
        }
        const problem = error instanceof Problem ? error : new Problem(0, "", String(error));
        if (problem.status === 401) {
          signedOut();
        }
        setAnswered((old) => ({ value: old.value, problem }));
      },
    );
    return () => control.abort();
  }, [key, seen.current]);
  return answered;
}

/** How often a page asks again for what is no change of a task, in milliseconds. */
const askEvery = 10_000;

/** Has all that is shown asked for again from time to time, where it changes by itself or by others. */
export function useAskAgain(): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) {
        refresh();
      }
    }, askEvery);
    return () => clearInterval(timer);
  }, []);
}
