// What a server asks for by itself, at times and when data is there.
import { useState } from "preact/hooks";
import { useAnswer, useAskAgain } from "../answer";
import { get, post, type Schemas } from "../api";
import { Ask, noted } from "../ask";
import { Command, Empty, onServer, quoted, Section, Shown, Table } from "../parts";
import { go, Link, place, taskLink, to } from "../router";
import { StateChip } from "../state";
import { Lasted, When, zoned } from "../time";

type Status = Schemas["ScheduleStatus"];
type Firing = Schemas["FiringStatus"];

const scheduleLink = (name: string) => to("/schedule", { name });

/** What becomes of times that were missed, as the file has it. */
const catchUps: Record<string, string> = {
  all: "all that were missed fire", latest: "the latest that was missed fires", none: "what was missed is left out",
};

const modes: Record<string, string> = {
  pipeline: "waits for the run before", skip: "is skipped while the run before goes on", concurrent: "starts beside the run before",
};

export function Schedules() {
  useAskAgain();
  const all = useAnswer((signal) => get("/api/v1/schedules", undefined, { signal }), []);
  return (
    <>
      <h1>Schedules</h1>
      <Shown answer={all}>
        {(a) =>
          (a.schedules ?? []).length === 0 ? (
            <Empty>
              The server has no schedules. They are written in a file: <Command text={onServer("gomr schedule apply schedules.toml")} />
            </Empty>
          ) : (
            <Section title="By name" aside={<Command text={onServer("gomr schedule ls")} />}>
              <Table label="Schedules" head={["Schedule", "When", "Next", "Last", "Missed"]}>
                {(a.schedules ?? []).map((s) => (
                  <ScheduleRow key={s.schedule.name} status={s} />
                ))}
              </Table>
            </Section>
          )
        }
      </Shown>
    </>
  );
}

function ScheduleRow({ status: s }: { status: Status }) {
  const last = s.firings?.[0];
  return (
    <tr>
      <td class="id">
        <Link to={scheduleLink(s.schedule.name)}>{s.schedule.name}</Link>
        <div class="faint">{(s.schedule.task ?? []).join(" ")}</div>
        {s.problem && <div class="error-line">{s.problem}</div>}
      </td>
      <td>
        <Time status={s} />
      </td>
      <td>
        <Next status={s} />
      </td>
      <td>
        {last ? (
          <>
            <StateChip state={last.state} /> {last.label}
            <div class="faint">{last.waits ?? last.note}</div>
          </>
        ) : (
          <span class="faint">none yet</span>
        )}
      </td>
      <td>{s.schedule.catch_up ?? "latest"}</td>
    </tr>
  );
}

function Time({ status: s }: { status: Status }) {
  return (
    <>
      {s.words}, {s.zone}
      <div>
        <code class="faint">{s.schedule.time}</code>
      </div>
    </>
  );
}

function Next({ status: s }: { status: Status }) {
  const next = s.next?.[0];
  if (s.paused) {
    return (
      <>
        <StateChip state="paused" /> by {s.paused_by || "its file"}
      </>
    );
  }
  return next === undefined ? (
    <span class="faint">never</span>
  ) : (
    <>
      <When at={next.at} />
      <div class="faint">
        <span class="time">{zoned(next.at, s.zone)}</span>, for {next.label}
      </div>
    </>
  );
}

export function SchedulePage() {
  useAskAgain();
  const name = place.value.query.get("name") ?? "";
  const found = useAnswer((signal) => get("/api/v1/schedule", { name }, { signal }), [name]);
  if (name === "") {
    return (
      <Empty>
        No schedule is named. <Link to="/schedules">All schedules</Link>
      </Empty>
    );
  }
  return (
    <Shown answer={found}>
      {(s) => (
        <>
          <h1 class="id">{name}</h1>
          <p class="under-title">
            <Next status={s} /> <Steer status={s} />
          </p>
          {s.problem && <p class="problem">{s.problem}</p>}
          <Firings firings={s.firings ?? []} name={name} />
          <div class="columns">
            <NextTimes status={s} />
            <Rules status={s} />
          </div>
        </>
      )}
    </Shown>
  );
}

/** What can be done to a schedule. */
function Steer({ status: s }: { status: Status }) {
  const name = s.schedule.name;
  return (
    <span class="actions">
      <RunNow status={s} />
      {s.paused ? (
        <Ask
          name="Resume"
          title={`Resume ${name}`}
          question={<p>It goes on; of the times meanwhile, {catchUps[s.schedule.catch_up ?? "latest"]}.</p>}
          command={(note) => onServer(`gomr schedule resume ${quoted(name)}${noted(note)}`)}
          apply={(note) => post("/api/v1/schedule/resume", { name, note })}
        />
      ) : (
        <Ask
          name="Pause"
          title={`Pause ${name}`}
          question={<p>It fires no more, and launches nothing that waits. What it has launched goes on.</p>}
          command={(note) => onServer(`gomr schedule pause ${quoted(name)}${noted(note)}`)}
          apply={(note) => post("/api/v1/schedule/pause", { name, note })}
        />
      )}
      <Ask
        name="Remove"
        danger
        title={`Remove ${name}`}
        question={<p>It and what is known of its labels are removed; what it has launched goes on. Only its file brings it back.</p>}
        command={(note) => onServer(`gomr schedule rm ${quoted(name)}${noted(note)}`)}
        apply={(note) => post("/api/v1/schedule/remove", { name, note })}
        onDone={() => go("/schedules")}
      />
    </span>
  );
}

function RunNow({ status: s }: { status: Status }) {
  const [label, setLabel] = useState("");
  const name = s.schedule.name;
  const labels = [...new Set([...(s.firings ?? []).map((f) => f.label), ...(s.next ?? []).map((n) => n.label)])];
  return (
    <Ask
      name="Run now"
      title={`Run ${name} now`}
      question={<p>A label is launched now, whatever its data is. The times stay as they are, and what is made is not made again.</p>}
      noNote
      command={() => onServer(`gomr schedule run ${quoted(name)}${label === "" ? "" : ` --label ${quoted(label)}`}`)}
      apply={() => post("/api/v1/schedule/run", { name, label })}
      onDone={() => setLabel("")}
    >
      <label>
        Label, such as {s.next?.[0]?.label ?? s.firings?.[0]?.label ?? "2026-11-25"}; left out it is the last that has passed
        <input value={label} list="labels" onInput={(e) => setLabel(e.currentTarget.value)} autofocus />
      </label>
      <datalist id="labels">
        {labels.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </Ask>
  );
}

function Firings({ firings, name }: { firings: Firing[]; name: string }) {
  return (
    <Section title="Last labels" aside={<Command text={onServer(`gomr schedule show ${quoted(name)}`)} />}>
      {firings.length === 0 ? (
        <Empty>It has not fired yet.</Empty>
      ) : (
        <Table label="Last labels" head={["Label", "State", "Fired", "Took", "By", "Run", "Why"]}>
          {firings.map((f) => (
            <tr key={`${f.label} ${f.fired}`}>
              <td>{f.label}</td>
              <td>
                <StateChip state={f.state} />
              </td>
              <td>
                <When at={f.fired} />
              </td>
              <td>
                <Lasted from={f.fired} until={f.ended} />
              </td>
              <td>{f.by}</td>
              <td>
                {f.run ? (
                  <Link to={to("/run", { key: f.run })}>{f.run}</Link>
                ) : (
                  f.launch && f.state !== "waiting" && <Link to={taskLink(`launch(${f.launch})`)}>launch</Link>
                )}
              </td>
              <td>
                <Waits firing={f} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

function Waits({ firing: f }: { firing: Firing }) {
  return (
    <>
      {f.waits} {f.seen && <span class="faint">looked <When at={f.seen} /></span>}
      {f.note && <div class={f.state === "failed" ? "error-line" : "faint"}>{f.note}</div>}
    </>
  );
}

function NextTimes({ status: s }: { status: Status }) {
  const next = s.next ?? [];
  return (
    <Section title="Next times">
      {next.length === 0 ? (
        <Empty>It is never due again.</Empty>
      ) : (
        <Table label="Next times" head={["Due", s.zone, "In UTC", "For"]}>
          {next.map((n) => (
            <tr key={n.at}>
              <td>
                <When at={n.at} />
              </td>
              <td class="number">{zoned(n.at, s.zone)}</td>
              <td class="number">{zoned(n.at, "UTC")}</td>
              <td>{n.label}</td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

function Rules({ status: s }: { status: Status }) {
  const d = s.schedule;
  const facts: [string, unknown][] = [
    ["Task", <code>{(d.task ?? []).map(quoted).join(" ")}</code>],
    ["Program", d.program],
    ["Time", <Time status={s} />],
    ["A label is", d.offset ? `the ${s.period} ${Math.abs(d.offset)} ${d.offset < 0 ? "before" : "after"} the last that has passed` : `the last ${s.period} that has passed`],
    ["Missed", catchUps[d.catch_up ?? "latest"]],
    ["The next one", modes[d.mode ?? "pipeline"]],
    ["Priority", d.priority],
    ["Not before", d.start],
    ["Not after", d.end],
    ["Waits for", d.data && d.data.length > 0 && <Data conditions={d.data} />],
    ["Looks for it", d.data && d.data.length > 0 && `every ${d.poll ?? "1m"}, ${d.timeout ? `for ${d.timeout}` : "for ever"}`],
    ["Applied", <>{<When at={s.applied} />} {s.by && `by ${s.by}`}</>],
  ];
  return (
    <Section title="What it says">
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== "" && value !== 0 && value !== false && value !== null)
          .map(([name, value]) => (
            <>
              <dt>{name}</dt>
              <dd>{value as never}</dd>
            </>
          ))}
      </dl>
    </Section>
  );
}

function Data({ conditions }: { conditions: Schemas["Condition"][] }) {
  return (
    <ul class="named">
      {conditions.map((c, i) => (
        <li key={i}>
          <code>{(c.paths ?? []).join(", ")}</code>
          {c.success && ", each with _SUCCESS"}
          {c.at_least ? `, at least ${c.at_least}` : ""}
        </li>
      ))}
    </ul>
  );
}
