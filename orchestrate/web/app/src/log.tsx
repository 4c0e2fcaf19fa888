// The log of an attempt, as it grows.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { address, Problem, problemOf } from "./api";
import { ProblemBox } from "./parts";

/** How much of a log is kept on the page, in characters: its end. */
const mostShown = 1_000_000;

/** How much of the end of a log is read for its last lines, in bytes. */
const lastBytes = 4 << 10;

interface Read {
  text: string;
  ended: boolean;
}

/** Follows the log of an attempt until it has ended. A connection that breaks is made again from where it was. */
function useLog(fence: number): { read: Read; problem: Problem | undefined } {
  const [read, setRead] = useState<Read>({ text: "", ended: false });
  const [problem, setProblem] = useState<Problem | undefined>();
  useEffect(() => {
    const control = new AbortController();
    const seen = followWhileSeen();
    const decoder = new TextDecoder();
    let offset = 0;
    setRead({ text: "", ended: false });
    const once = async () => {
      const response = await fetch(address(`/api/v1/attempts/${fence}/log`, { offset, follow: true }), { signal: AbortSignal.any([control.signal, await seen.signal()]) });
      if (!response.ok || response.body === null) {
        throw await problemOf(response);
      }
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) {
          return;
        }
        offset += value.length;
        const piece = decoder.decode(value, { stream: true });
        setRead((old) => ({ ...old, text: (old.text + piece).slice(-mostShown) }));
      }
    };
    const follow = async () => {
      for (;;) {
        try {
          await once();
          setRead((old) => ({ ...old, ended: true }));
          setProblem(undefined);
          return;
        } catch (error) {
          if (control.signal.aborted) {
            return;
          }
          if (document.hidden) {
            continue;
          }
          setProblem(error instanceof Problem ? error : new Problem(0, "", "The log is cut off; it goes on when the server answers again."));
          if (error instanceof Problem && error.status >= 400 && error.status < 500) {
            return;
          }
          await new Promise((wake) => setTimeout(wake, 2000));
        }
      }
    };
    void follow();
    return () => {
      control.abort();
      seen.end();
    };
  }, [fence]);
  return { read, problem };
}

/**
 * Tells when the tab is seen, for what holds a connection meanwhile: a browser has few to a server for all its tabs
 * together.
 */
function followWhileSeen(): { signal: () => Promise<AbortSignal>; end: () => void } {
  let hidden = new AbortController();
  let wake: (() => void) | undefined;
  const changed = () => {
    if (document.hidden) {
      hidden.abort();
    } else {
      hidden = new AbortController();
      wake?.();
    }
  };
  document.addEventListener("visibilitychange", changed);
  return {
    /** Waits until the tab is seen. The signal is given when it is no more. */
    signal: async () => {
      while (document.hidden) {
        await new Promise<void>((seen) => (wake = seen));
      }
      return hidden.signal;
    },
    end: () => document.removeEventListener("visibilitychange", changed),
  };
}

// Colours and other commands of terminals: ESC [ … letter, ESC ] … BEL, and lone ones.
// eslint-disable-next-line no-control-regex
const sequence = /\u001b(?:\[([0-9;?]*)([ -/]*[@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

interface Piece {
  text: string;
  style: string; // class names, of ours alone
}

/** Splits a log where its colours change. Whatever else a terminal would obey is left out. */
export function pieces(text: string): Piece[] {
  const all: Piece[] = [];
  let colour = "";
  let bold = false;
  let at = 0;
  const add = (end: number) => {
    if (end > at) {
      const style = [colour && `ansi-${colour}`, bold && "ansi-bold"].filter(Boolean).join(" ");
      const plain = text.slice(at, end).replace(/\r(?!\n)/g, "\n").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "�");
      all.push({ text: plain, style });
    }
  };
  for (const match of text.matchAll(sequence)) {
    add(match.index);
    at = match.index + match[0].length;
    if (match[2] !== "m") {
      continue;
    }
    for (const code of (match[1] || "0").split(";").map(Number)) {
      if (code === 0) {
        colour = "";
        bold = false;
      } else if (code === 1) {
        bold = true;
      } else if (code === 22) {
        bold = false;
      } else if (code === 39) {
        colour = "";
      } else if (code >= 30 && code <= 37) {
        colour = colours[code - 30] ?? "";
      } else if (code >= 90 && code <= 97) {
        colour = colours[code - 90] ?? "";
      }
    }
  }
  add(text.length);
  return all;
}

/** The parts of text that are what is searched for, and those between. */
function marked(text: string, search: string) {
  if (search === "") {
    return text;
  }
  const found = [];
  const lower = text.toLowerCase();
  let at = 0;
  for (let next = lower.indexOf(search); next >= 0; next = lower.indexOf(search, at)) {
    found.push(text.slice(at, next), <mark key={next}>{text.slice(next, next + search.length)}</mark>);
    at = next + search.length;
  }
  return [...found, text.slice(at)];
}

export function Log({ fence, running }: { fence: number; running: boolean }) {
  const { read, problem } = useLog(fence);
  const [search, setSearch] = useState("");
  const [stays, setStays] = useState(true); // at the end
  const box = useRef<HTMLPreElement>(null);
  const needle = search.toLowerCase();
  const split = useMemo(() => pieces(read.text), [read.text]);
  const count = needle === "" ? 0 : read.text.toLowerCase().split(needle).length - 1;
  useEffect(() => {
    if (stays && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [read.text, stays]);
  const scrolled = () => {
    const b = box.current;
    if (b) {
      setStays(b.scrollHeight - b.scrollTop - b.clientHeight < 24);
    }
  };
  const jump = () => box.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  return (
    <div class="log">
      <div class="log-tools">
        <input type="search" placeholder="Search the log" aria-label="Search the log" value={search} onInput={(e) => setSearch(e.currentTarget.value)} onKeyDown={(e) => e.key === "Enter" && jump()} />
        {needle !== "" && <span role="status">{count === 0 ? "not found" : `${count} found`}</span>}
        <span class="faint">{read.ended ? `${read.text === "" ? "nothing written" : "complete"}` : running ? "following…" : "reading…"}</span>
        <label>
          <input type="checkbox" checked={stays} onChange={(e) => setStays(e.currentTarget.checked)} /> stay at the end
        </label>
        <a href={address(`/api/v1/attempts/${fence}/log`)} download={`attempt-${fence}.log`}>
          download
        </a>
      </div>
      <ProblemBox problem={problem} />
      <pre ref={box} onScroll={scrolled} tabIndex={0} role="region" aria-label="Log">
        {split.map((piece, i) => (
          <span key={i} class={piece.style}>
            {marked(piece.text, needle)}
          </span>
        ))}
      </pre>
    </div>
  );
}

/** The last lines of a log, such as below a task that has failed. */
export function LogEnd({ fence, lines }: { fence: number; lines: number }) {
  const [text, setText] = useState<string | undefined>();
  useEffect(() => {
    const control = new AbortController();
    const read = async () => {
      const response = await fetch(address(`/api/v1/attempts/${fence}/log`, { offset: -lastBytes }), { signal: control.signal });
      const all = response.ok ? await response.text() : "";
      setText(all.trimEnd().split("\n").slice(-lines).join("\n"));
    };
    read().catch(() => setText(""));
    return () => control.abort();
  }, [fence]);
  return text === undefined || text === "" ? null : (
    <pre class="log-end">
      {pieces(text).map((p, i) => (
        <span key={i} class={p.style}>
          {p.text}
        </span>
      ))}
    </pre>
  );
}
