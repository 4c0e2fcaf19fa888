// Asking the server again and again for the same, one question at a time.
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api";
import { changed, changes, type Changes } from "./live";
import { signedOut } from "./session";

export interface Answered<T> {
  value: T | undefined; // the last one, also while a newer one is asked for
  problem: Problem | undefined;
}

interface Asked<T> extends Answered<T> {
  key: string; // of what was asked for
}

/**
 * Has a question asked again, unless what is shown says that this is not needed. While an answer is waited for nobody
 * knows what it will show.
 */
export type Again = { current: (needed?: () => boolean) => void };

/**
 * Asks when it is shown, when the key changes, and whenever again is called. An answer is waited for before the next
 * question: changes may come faster than answers, and each that was cut off would be asked for in vain. Ask gets
 * the last answer of the key. Rest says how long the server is left alone after an answer that took so long, both in
 * milliseconds.
 */
export function useAsking<T>(ask: (signal: AbortSignal, last: T | undefined) => Promise<T>, key: string, rest: (took: number) => number = () => 0): [Asked<T>, Again] {
  const [asked, setAsked] = useState<Asked<T>>({ value: undefined, problem: undefined, key });
  const again: Again = useRef(() => {});
  useEffect(() => {
    const control = new AbortController();
    let last: T | undefined;
    let busy = false;
    let wanted = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async (): Promise<Problem | undefined> => {
      try {
        last = await ask(control.signal, last);
        return undefined;
      } catch (error) {
        return error instanceof Problem ? error : new Problem(0, "", String(error));
      }
    };
    const start = async () => {
      busy = true;
      wanted = false;
      const began = performance.now();
      const problem = await once();
      if (control.signal.aborted) {
        return;
      }
      setAsked({ value: last, problem, key });
      if (problem?.status === 401) {
        signedOut();
      }
      timer = setTimeout(() => {
        busy = false;
        if (wanted) {
          void start();
        }
      }, rest(performance.now() - began));
    };
    again.current = (needed = () => true) => {
      wanted ||= busy || needed();
      if (wanted && !busy) {
        void start();
      }
    };
    again.current();
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [key]);
  return [asked, again];
}

/** Asks again when tasks have changed, unless it is known which and they do not matter. */
export function useChanges(again: Again, matter: (changes: Changes) => boolean = () => true): void {
  const matters = useRef(matter);
  matters.current = matter;
  useEffect(() => {
    const seen = changed.peek();
    return changed.subscribe((version) => {
      const known = changes.peek();
      if (version !== seen) {
        again.current(() => known === undefined || matters.current(known));
      }
    });
  }, []);
}
