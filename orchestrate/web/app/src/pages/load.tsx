// How busy the machines of workers are.
import { get, type Schemas } from "../api";
import { useAnswerEvery } from "../answer";
import { Command, Empty, onServer, Section, Shown, Table } from "../parts";
import { Link, to } from "../router";

type Worker = Schemas["WorkerStatus"];

/** How many workers the list of the first page has at most. */
const most = 12;

/** A share as a meter, with its text beside it. From high on, somebody should look. */
export function Meter({ value, of, text, name, high }: { value: number; of: number; text: string; name: string; high?: number }) {
  const whole = Math.max(of, value, Number.MIN_VALUE);
  return (
    <span class="measure">
      <meter min={0} max={whole} value={value} {...(high === undefined ? {} : { high: high * whole, optimum: 0 })} aria-label={`${name}: ${text}`} /> <span class="number">{text}</span>
    </span>
  );
}

/** Bytes, in a unit that fits. */
export function bytes(n: number): string {
  for (const [size, unit] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"]] as const) {
    if (n >= size) {
      return `${(n / size).toFixed(n >= 10 * size ? 0 : 1)} ${unit}`;
    }
  }
  return `${Math.round(n / 1e3)} kB`;
}

/** How much of how many bytes, in the unit of these. */
function bytesOf(n: number, whole: number): string {
  const text = bytes(whole);
  return bytes(n).slice(-2) === text.slice(-2) ? `${bytes(n).slice(0, -3)} of ${text}` : `${bytes(n)} of ${text}`;
}

const percent = (share: number) => `${Math.round(100 * share)}%`;

const Unknown = () => (
  <span class="faint" title="Its machine does not tell, or not yet">
    –
  </span>
);

/** The heads of the cells of a load. */
export const loadHead = ["CPU", "Memory", "Disk"];

/** The cells of a row that tell the load of a worker's machine. */
export function LoadCells({ worker: { id, load, alive } }: { worker: Worker }) {
  if (load === undefined || !alive) {
    return loadHead.map((h) => (
      <td key={h}>
        <Unknown />
      </td>
    ));
  }
  const average = load.average === undefined ? "" : `, load average ${load.average}`;
  return (
    <>
      <td title={`${load.attempts_cpu === undefined ? "" : `Its attempts take ${percent(load.attempts_cpu)} of `}${load.processors ?? "?"} processors${average}`}>
        {load.cpu === undefined ? <Unknown /> : <Meter name={`CPU of ${id}`} value={load.cpu} of={1} high={0.9} text={percent(load.cpu)} />}
        {load.attempts_cpu !== undefined && <div class="faint">attempts {percent(load.attempts_cpu)}</div>}
      </td>
      <td>
        {load.memory_total === undefined ? (
          <Unknown />
        ) : (
          <Meter name={`Memory of ${id}`} value={load.memory_used ?? 0} of={load.memory_total} high={0.9} text={bytesOf(load.memory_used ?? 0, load.memory_total)} />
        )}
      </td>
      <td>
        {load.disk_total === undefined ? (
          <Unknown />
        ) : (
          <Meter name={`Disk of ${id}`} value={load.disk_total - (load.disk_free ?? 0)} of={load.disk_total} high={0.9} text={`${bytes(load.disk_free ?? 0)} free`} />
        )}
      </td>
    </>
  );
}

/** Those that are alive, the busiest first. */
export function WorkerLoad() {
  const workers = useAnswerEvery((signal) => get("/api/v1/workers", undefined, { signal }));
  return (
    <Section title="Load of the workers" aside={<Link to="/workers">all</Link>}>
      <Shown answer={workers}>
        {(w) => {
          const alive = (w.workers ?? []).filter((one) => one.alive).toSorted((a, b) => (b.load?.cpu ?? 0) - (a.load?.cpu ?? 0));
          return alive.length === 0 ? (
            <Empty>
              No worker is alive. <Command text={onServer("gomr worker")} /> starts one.
            </Empty>
          ) : (
            <Table label="Load of the workers" head={["Worker", "Slots", ...loadHead]}>
              {alive.slice(0, most).map((one) => (
                <tr key={one.id}>
                  <th scope="row">
                    <Link to={to("/history", { worker: one.id })}>{one.id}</Link>
                  </th>
                  <td>
                    <Meter name={`Slots of ${one.id}`} value={one.attempts?.length ?? 0} of={one.slots ?? 1} text={`${one.attempts?.length ?? 0} of ${one.slots ?? "?"}`} />
                  </td>
                  <LoadCells worker={one} />
                </tr>
              ))}
            </Table>
          );
        }}
      </Shown>
    </Section>
  );
}
