// What the work of today has come to, by how long the pieces of data are that it is for.
import { useAnswer } from "../answer";
import { get, type Schemas } from "../api";
import { Empty, Section, Shown, Table } from "../parts";
import { Link, to } from "../router";
import { StateChip, states } from "../state";

type Kind = Schemas["TodayKind"];

const names: Record<Kind["kind"], string> = { hour: "hourly", day: "daily", week: "weekly", month: "monthly" };

const meaning =
  "Tasks of the hours, days, weeks and months that have ended since the last midnight of the server, and of those that are going on: " +
  "the daily work of this morning is for yesterday, and is today's.";

export function Today() {
  const answer = useAnswer((signal) => get("/api/v1/today", undefined, { signal }), []);
  return (
    <Section
      title={<span title={meaning}>Today</span>}
      aside={
        answer.value && (
          <span class="faint" title={meaning}>
            what ended since midnight, {answer.value.zone}, or goes on
          </span>
        )
      }
    >
      <Shown answer={answer}>{(today) => <Counts kinds={today.kinds ?? []} />}</Shown>
    </Section>
  );
}

function Counts({ kinds }: { kinds: Kind[] }) {
  const shown = states.filter((s) => kinds.some((k) => k.states?.[s]));
  if (shown.length === 0) {
    return (
      <Empty>
        No task is for an hour or a day of today. One with a parameter such as <code>--date</code> or <code>--hour</code> is counted here.
      </Empty>
    );
  }
  return (
    <Table label="Tasks of today" head={["Work", ...shown.map((s) => <StateChip key={s} state={s} />), "All", "For"]}>
      {kinds.map((k) => (
        <tr key={k.kind}>
          <th scope="row">
            <Link to={to("/grid", { kind: k.kind })} title="Show its partitions in the grid">
              {names[k.kind]}
            </Link>
          </th>
          {shown.map((s) => (
            <td key={s} class="number">
              <Count kind={k} n={k.states?.[s] ?? 0} state={s} />
            </td>
          ))}
          <td class="number">
            <Count kind={k} n={Object.values(k.states ?? {}).reduce((sum, n) => sum + n, 0)} />
          </td>
          <td class="faint range">{k.first === k.last ? k.last : `${k.first} to ${k.last}`}</td>
        </tr>
      ))}
    </Table>
  );
}

function Count({ kind, n, state }: { kind: Kind; n: number; state?: string }) {
  if (n === 0) {
    return <span class="faint">0</span>;
  }
  return (
    <Link to={to("/tasks", { state, kind: kind.kind, from: kind.first, until: kind.last })} title={`Show the ${names[kind.kind]} tasks${state === undefined ? "" : ` that are ${state}`}`}>
      {n}
    </Link>
  );
}
