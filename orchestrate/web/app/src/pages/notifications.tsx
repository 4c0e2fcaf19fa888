// Who is told of what needs people.
import { useState } from "preact/hooks";
import { useAnswer, useAskAgain } from "../answer";
import { get, post, Problem, type Schemas } from "../api";
import { Ask, noted } from "../ask";
import { refresh } from "../live";
import { Command, Empty, Modal, onServer, ProblemBox, quoted, Section, Shown, Table } from "../parts";
import { Link, to } from "../router";
import { mayControl } from "../session";
import { When } from "../time";

export function Notifications() {
  useAskAgain();
  const found = useAnswer((signal) => get("/api/v1/notifications", undefined, { signal }), []);
  return (
    <>
      <h1>Notifications</h1>
      <Shown answer={found}>
        {(n) =>
          n.configured ? (
            <>
              {n.rejected && (
                <p class="problem" role="alert">
                  The file was read again <When at={n.rejected_at} /> and can't be used; that of <When at={n.loaded} /> is in force: {n.rejected}
                </p>
              )}
              <Channels found={n} />
              <Incidents incidents={n.incidents ?? []} />
              <Silences silences={n.silences ?? []} />
            </>
          ) : (
            <Empty>
              The server tells nobody anything. Started with <code>gomr server --notify FILE</code>, it sends mail, chats and webhooks as the file says.
            </Empty>
          )
        }
      </Shown>
    </>
  );
}

function Channels({ found }: { found: Schemas["Notifications"] }) {
  return (
    <Section
      title="Channels"
      aside={
        <span class="actions">
          <span class="faint">
            read <When at={found.loaded} />
          </span>
          <Ask
            name="Read the file again"
            noNote
            title="Read the file again"
            question={<p>A file with a mistake leaves the one before in force.</p>}
            command={() => onServer("gomr notify reload")}
            apply={() => post("/api/v1/notifications/reload", undefined)}
          />
        </span>
      }
    >
      <Table label="Channels" head={["How it is", "Channel", "Type", "To", "On their way", "Delivered", "Tried again", "Given up", "Last", "Actions"]}>
        {(found.channels ?? []).map((c) => (
          <tr key={c.name}>
            <td>{c.failing ? <span class="late">failing</span> : <span class="fine">well</span>}</td>
            <td>
              {c.name}
              {c.failing ? (
                <div class="error-line">
                  failed {c.failing === 1 ? "once" : `${c.failing} times in a row`}, <When at={c.last_error_at} />: {c.last_error}
                </div>
              ) : null}
            </td>
            <td>{c.type}</td>
            <td class="id">{c.target}</td>
            <td class="number">{c.waiting}</td>
            <td class="number">{c.delivered}</td>
            <td class="number">{c.retried}</td>
            <td class={c.given_up > 0 ? "number late" : "number"}>{c.given_up}</td>
            <td>
              <When at={c.last_delivery} />
            </td>
            <td>
              <TestChannel channel={c.name} />
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

/** Sends a message to a channel, and shows what was said. */
function TestChannel({ channel }: { channel: string }) {
  const [open, setOpen] = useState(false);
  const [owner, setOwner] = useState("");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<Schemas["ChannelTest"] | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  if (!mayControl()) {
    return null;
  }
  const close = () => {
    setOpen(false);
    setResult(undefined);
    setProblem(undefined);
  };
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      setResult(await post("/api/v1/notifications/test", { channel, owner }));
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, "", String(error)));
    }
    setBusy(false);
    refresh();
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Test
      </button>
      {open && (
        <Modal title={`Send a test to ${channel}`} onClose={close}>
          <form class="fields" onSubmit={send}>
            <label>
              Mail address, where the channel tells the owners of tasks
              <input type="email" value={owner} onInput={(e) => setOwner(e.currentTarget.value)} />
            </label>
            <p>
              The same from a terminal: <Command text={onServer(`gomr notify test ${quoted(channel)}${owner === "" ? "" : ` --owner ${quoted(owner)}`}`)} />
            </p>
            {result && <pre class="log-end">{(result.said ?? []).join("\n")}</pre>}
            {result && <p role="status">{result.taken ? <span class="fine">✓ It was taken.</span> : <span class="late">✕ It was not taken: {result.error}</span>}</p>}
            <ProblemBox problem={problem} />
            <p class="buttons">
              <button type="button" class="quiet" onClick={close}>
                Close
              </button>
              <button type="submit" class="primary" disabled={busy}>
                {busy ? "Sending…" : result ? "Send again" : "Send"}
              </button>
            </p>
          </form>
        </Modal>
      )}
    </>
  );
}

function Incidents({ incidents }: { incidents: Schemas["Incident"][] }) {
  return (
    <Section title="What is not mended" aside={<Command text={onServer("gomr notify")} />}>
      {incidents.length === 0 ? (
        <Empty>There is nothing that people have been told of and that still is so.</Empty>
      ) : (
        <Table label="Incidents" head={["Since", "What", "Tasks", "Owner", "Told", "Actions"]}>
          {incidents.map((i) => (
            <tr key={i.id}>
              <td>
                <When at={i.opened} />
              </td>
              <td>
                {i.family ? <Link to={to("/tasks", { family: i.family, state: "failed,disabled,missing" })}>{i.family}</Link> : null} {i.kind}
                {i.error && <div class="error-line">{i.error}</div>}
              </td>
              <td class="number">{i.tasks === 0 ? "" : i.tasks}</td>
              <td>{i.owner}</td>
              <td>{i.told ? <>{(i.channels ?? []).join(", ")} <When at={i.told} /></> : <span class="faint">not yet</span>}</td>
              <td>{i.family && <Silence families={i.family} />}</td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

function Silence({ families }: { families?: string }) {
  const [pattern, setPattern] = useState(families ?? "");
  const [length, setLength] = useState("2h");
  return (
    <Ask
      name="Silence"
      title="Tell nobody for a time"
      question={<p>What is still so when the silence ends, is told then.</p>}
      command={(note) => onServer(`gomr silence ${quoted(pattern || "Word*")} --for ${length}${noted(note)}`)}
      apply={(note) => post("/api/v1/silences", { families: pattern, for: length, note })}
    >
      <label>
        Families, as a pattern such as Word*
        <input required value={pattern} onInput={(e) => setPattern(e.currentTarget.value)} autofocus />
      </label>
      <label>
        For how long, such as 2h or 90m
        <input required pattern="([0-9.]+(h|m|s))+" value={length} onInput={(e) => setLength(e.currentTarget.value)} />
      </label>
    </Ask>
  );
}

function Silences({ silences }: { silences: Schemas["Silence"][] }) {
  return (
    <Section title="Silences" aside={<Silence />}>
      {silences.length === 0 ? (
        <Empty>Nobody has asked for silence.</Empty>
      ) : (
        <Table label="Silences" head={["Families", "Until", "By", "Why", "Actions"]}>
          {silences.map((s) => (
            <tr key={s.families}>
              <td class="id">{s.families}</td>
              <td>
                <When at={s.until} />
              </td>
              <td>{s.by}</td>
              <td>{s.note}</td>
              <td>
                <Ask
                  name="Unsilence"
                  title={`End the silence of ${s.families}`}
                  question={<p>People are told of these families again, and of what is still so.</p>}
                  command={(note) => onServer(`gomr unsilence ${quoted(s.families)}${noted(note)}`)}
                  apply={(note) => post("/api/v1/silences/end", { families: s.families, note })}
                />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
