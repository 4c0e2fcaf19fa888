// What pages are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Problem } from "./api";
import type { Answered } from "./asking";
import { Link, taskLink } from "./router";

export function ProblemBox({ problem }: { problem: Problem | undefined }) {
  return problem === undefined ? null : (
    <p class="problem" role="alert">
      {problem.message}
    </p>
  );
}

/** What was answered, once it is there; what went wrong is shown above it. */
export function Shown<T>({ answer, children }: { answer: Answered<T>; children: (value: T) => ComponentChildren }) {
  return (
    <>
      <ProblemBox problem={answer.problem} />
      {answer.value !== undefined ? children(answer.value) : answer.problem === undefined && <p class="faint">Loading…</p>}
    </>
  );
}

/** In the place of a list that has nothing. It says what to do next. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** A command to copy. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  useEffect(() => {
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <span class="command">
      <code>{text}</code>
      <button type="button" class="quiet" onClick={copy} aria-label={`Copy ${text}`}>
        {copied ? "copied" : "copy"}
      </button>
    </span>
  );
}

/** A word as a shell reads it as one. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command that asks this server, wherever it is typed: other machines don't know the server otherwise. */
export const onServer = (command: string, flag = "--server") => `${command} ${flag} ${quoted(location.origin)}`;

interface Field {
  value: string;
  onTyped: (text: string) => void; // when one leaves the field or presses Enter
  type?: "text" | "search" | "number" | "datetime-local";
  placeholder?: string;
  "aria-label"?: string;
  class?: string;
  list?: string;
  min?: number;
  max?: number;
  disabled?: boolean;
  autofocus?: boolean;
}

/** What is being typed, until it is done: the page around may be shown anew at any time, and must not undo it. */
function useTyped(value: string) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  return { value: text, onInput: (e: { currentTarget: { value: string } }) => setText(e.currentTarget.value) };
}

/** A field whose text counts when it is complete. */
export function Typed({ value, onTyped, ...more }: Field) {
  return <input {...more} {...useTyped(value)} onChange={(e) => onTyped(e.currentTarget.value)} />;
}

/** As Typed, of several lines. */
export function TypedLines({ value, onTyped, placeholder = "" }: Field) {
  const typed = useTyped(value);
  return <textarea {...typed} rows={typed.value.split("\n").length} placeholder={placeholder} onChange={(e) => onTyped(e.currentTarget.value)} />;
}

export function Section({ title, aside, children }: { title: ComponentChildren; aside?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="card">
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** A table that scrolls by itself where the screen is too narrow for it. */
export function Table({ head, children, label }: { head: ComponentChildren[]; children: ComponentChildren; label: string }) {
  return (
    <div class="table" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((h, i) => (
              <th key={i} scope="col">
                {h}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** A window over the page, which the browser keeps the keyboard in. */
export function Modal({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close(); // which gives the keyboard back to where it was
  }, []);
  return (
    <dialog ref={dialog} onClose={onClose} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

/** A task by its key, where a list has the IDs of those that are not forgotten. */
export function TaskOf({ ids, task }: { ids: Record<string, string> | undefined; task: number }) {
  const id = ids?.[String(task)];
  return id === undefined ? <span class="faint">forgotten</span> : <Link to={taskLink(id)}>{id}</Link>;
}

/** One share of a bar. */
export interface Share {
  name: string;
  n: number;
}

/** How much of a whole is how far, as colours in a row; in words for those who don't see them. */
export function Bar({ shares, label }: { shares: Share[]; label: string }) {
  const total = shares.reduce((sum, share) => sum + share.n, 0);
  let x = 0;
  return (
    <svg class="bar" viewBox={`0 0 ${Math.max(1, total)} 1`} preserveAspectRatio="none" role="img" aria-label={label}>
      <title>{label}</title>
      {shares.map(({ name, n }) => {
        const at = x;
        x += n;
        return n > 0 && <rect key={name} class={`bar-${name}`} x={at} y={0} width={n} height={1} />;
      })}
    </svg>
  );
}

/** Numbers with what they count, without those that are zero. */
export function counted(shares: Share[]): string {
  return shares
    .filter((share) => share.n > 0)
    .map((share) => `${share.n} ${share.name}`)
    .join(", ");
}
