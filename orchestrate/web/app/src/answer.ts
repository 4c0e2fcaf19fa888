// What the server answers, for a part of a page.
import { useEffect } from "preact/hooks";
import { useAsking, useChanges, type Answered } from "./asking";
import { refresh } from "./live";

/** An answer that is asked for again when one of the inputs changes or a task has, see useChanges. */
export function useAnswer<T>(ask: (signal: AbortSignal) => Promise<T>, inputs: unknown[], task?: string): Answered<T> {
  const key = JSON.stringify(inputs);
  const [asked, again] = useAsking(ask, key);
  useChanges(again, (changes) => task === undefined || changes.tasks.has(task));
  return asked.key === key ? asked : { value: undefined, problem: undefined };
}

/** How often is asked again for what no change of a task tells of, in milliseconds. */
const askEvery = 10_000;

/** Does something from time to time, as long as somebody looks, and when somebody looks again. */
function useFromTimeToTime(act: () => void): void {
  useEffect(() => {
    const actSeen = () => {
      if (!document.hidden) {
        act();
      }
    };
    const timer = setInterval(actSeen, askEvery);
    document.addEventListener("visibilitychange", actSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", actSeen);
    };
  }, []);
}

/** An answer that no change of a task has to do with: it is asked for again from time to time. */
export function useAnswerEvery<T>(ask: (signal: AbortSignal) => Promise<T>): Answered<T> {
  const [asked, again] = useAsking(ask, "");
  useFromTimeToTime(() => again.current());
  return asked;
}

/** Has all that is shown asked for again from time to time, where it changes by itself or by others. */
export function useAskAgain(): void {
  useFromTimeToTime(refresh);
}
