// What the server answers that no change of a task tells of: asked for from time to time, while somebody looks.
import { useEffect, useState } from "preact/hooks";
import type { Answered } from "./answer";
import { Problem } from "./api";
import { signedOut } from "./session";

/** How long to wait between two answers, in milliseconds. */
const pause = 10_000;

export function useAnswerEvery<T>(ask: (signal: AbortSignal) => Promise<T>): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ value: undefined, problem: undefined });
  useEffect(() => {
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let due = false; // nobody has looked when it was time to ask
    const again = async () => {
      try {
        const value = await ask(control.signal);
        setAnswered({ value, problem: undefined });
      } catch (error) {
        if (control.signal.aborted) {
          return;
        }
        const problem = error instanceof Problem ? error : new Problem(0, "", String(error));
        if (problem.status === 401) {
          signedOut();
          return;
        }
        setAnswered((old) => ({ value: old.value, problem }));
      }
      timer = setTimeout(next, pause);
    };
    const next = () => {
      due = document.hidden;
      if (!due) {
        void again();
      }
    };
    const seen = () => {
      if (due) {
        next();
      }
    };
    document.addEventListener("visibilitychange", seen);
    void again();
    return () => {
      control.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, []);
  return answered;
}
