// What takes the server long to answer.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Answered } from "./answer";
import { Problem } from "./api";
import { changed } from "./live";
import { signedOut } from "./session";

/**
 * Asks again when one of the inputs changes or a task has, as useAnswer does, but waits for each answer before it
 * asks for the next: changes may come faster than answers.
 */
export function usePatient<T>(ask: (signal: AbortSignal) => Promise<T>, inputs: unknown[]): Answered<T> {
  const [answered, setAnswered] = useState<Answered<T>>({ value: undefined, problem: undefined });
  const again = useRef(() => {});
  const version = changed.value;
  const first = useRef(version);
  useEffect(() => {
    const control = new AbortController();
    let busy = false;
    let wanted = false;
    const once = async () => {
      try {
        const value = await ask(control.signal);
        return (): Answered<T> => ({ value, problem: undefined });
      } catch (error) {
        const problem = error instanceof Problem ? error : new Problem(0, "", String(error));
        return (old: Answered<T>): Answered<T> => ({ value: old.value, problem });
      }
    };
    again.current = async () => {
      wanted = true;
      if (busy) {
        return;
      }
      busy = true;
      while (wanted) {
        wanted = false;
        const change = await once();
        if (control.signal.aborted) {
          return;
        }
        setAnswered((old) => {
          const now = change(old);
          if (now.problem?.status === 401) {
            signedOut();
          }
          return now;
        });
      }
      busy = false;
    };
    setAnswered({ value: undefined, problem: undefined });
    first.current = version;
    again.current();
    return () => control.abort();
  }, [JSON.stringify(inputs)]);
  useEffect(() => {
    if (version !== first.current) {
      again.current();
    }
  }, [version]);
  return answered;
}
