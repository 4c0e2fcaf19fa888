// What people do to all that is no task. Each is a call of the API, asks first, and is shown as the command
// that does the same.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Problem } from "./api";
import { refresh } from "./live";
import { Command, Modal, ProblemBox, quoted } from "./parts";
import { mayControl } from "./session";

/** The note of a command, unless it is empty. */
export const noted = (note: string) => (note === "" ? "" : ` --note ${quoted(note)}`);

interface AskProps {
  name: string; // on the button
  title: string; // of the window
  question: ComponentChildren;
  command: (note: string) => string;
  apply: (note: string) => Promise<unknown>;
  danger?: boolean;
  primary?: boolean;
  noNote?: boolean; // the history has none of it
  refused?: string | undefined; // why it can't be done
  allowed?: () => boolean; // operators, unless it is said
  onDone?: () => void;
  children?: ComponentChildren; // what else is to be said
}

/** A button for something that is done once the window that it opens was answered. */
export function Ask(props: AskProps) {
  const [open, setOpen] = useState(false);
  if (!(props.allowed ?? mayControl)()) {
    return null;
  }
  return (
    <>
      <button
        type="button"
        class={props.danger ? "danger" : props.primary ? "primary" : ""}
        disabled={props.refused !== undefined}
        title={props.refused}
        onClick={() => setOpen(true)}
      >
        {props.name}
      </button>
      {open && <Question {...props} onClose={() => setOpen(false)} />}
    </>
  );
}

function Question({ name, title, question, command, apply, danger, noNote, onDone, onClose, children }: AskProps & { onClose: () => void }) {
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | undefined>();
  const act = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await apply(note);
      onDone?.();
      onClose();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "", String(error)));
    }
    setBusy(false);
    refresh();
  };
  return (
    <Modal title={title} onClose={onClose}>
      <form class="fields" onSubmit={act}>
        <div>{question}</div>
        {children}
        {!noNote && (
          <label>
            Why, for the history
            <input value={note} onInput={(e) => setNote(e.currentTarget.value)} maxLength={1000} />
          </label>
        )}
        <p>
          The same from a terminal: <Command text={command(note)} />
        </p>
        <ProblemBox problem={problem} />
        <p class="buttons">
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={danger ? "danger" : "primary"} disabled={busy}>
            {name}
          </button>
        </p>
      </form>
    </Modal>
  );
}
