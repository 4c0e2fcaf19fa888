// What a server has a worker do: the page asks for it, and then again and again how far it is.
import { useEffect, useState } from "preact/hooks";
import { Problem, type Schemas } from "./api";
import { refresh } from "./live";

/** How long it takes until it is asked again how far it is, in milliseconds. */
const askAgain = 400;

export interface Chore<S> {
  asked: Schemas["ChoreName"] | undefined;
  status: S | undefined; // the last one
  problem: Problem | undefined; // of asking
  busy: boolean; // it is not over
  start: (asking: Promise<Schemas["ChoreName"]>) => void; // in the place of the one before
}

const problemOf = (error: unknown) => (error instanceof Problem ? error : new Problem(0, "", String(error)));

/** Follows what a worker was asked for until it is done or has failed. */
export function useChore<S extends { state: string }>(show: (name: string, signal: AbortSignal) => Promise<S>): Chore<S> {
  const [asking, setAsking] = useState<Promise<Schemas["ChoreName"]> | undefined>();
  const [asked, setAsked] = useState<Schemas["ChoreName"] | undefined>();
  const [status, setStatus] = useState<S | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  useEffect(() => {
    if (asking === undefined) {
      return undefined;
    }
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (name: string) => {
      try {
        const now = await show(name, control.signal);
        if (control.signal.aborted) {
          return;
        }
        setStatus(now);
        setProblem(undefined);
        if (now.state !== "waiting") {
          refresh();
          return;
        }
      } catch (error) {
        if (control.signal.aborted) {
          return;
        }
        setProblem(problemOf(error));
        if (error instanceof Problem && error.status === 404) {
          return;
        }
      }
      timer = setTimeout(() => void look(name), askAgain);
    };
    setAsked(undefined);
    setStatus(undefined);
    setProblem(undefined);
    asking.then(
      (name) => {
        if (!control.signal.aborted) {
          setAsked(name);
          void look(name.name);
        }
      },
      (error: unknown) => {
        if (!control.signal.aborted) {
          setProblem(problemOf(error));
          setAsking(undefined);
        }
      },
    );
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [asking]);
  const busy = asking !== undefined && (status === undefined || status.state === "waiting") && problem?.status !== 404;
  return { asked, status, problem, busy, start: setAsking };
}
