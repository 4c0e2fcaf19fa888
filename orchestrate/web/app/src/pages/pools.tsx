// What tasks wait for: workers of their program, and what they share.
import { useAnswer } from "../answer";
import { get } from "../api";
import { Empty, Section, Shown, Table } from "../parts";
import { Link } from "../router";
import { StateChip } from "../state";
import { Meter } from "./load";

export function Pools() {
  const counts = useAnswer((signal) => get("/api/v1/counts", undefined, { signal }), []);
  const resources = useAnswer((signal) => get("/api/v1/resources", undefined, { signal }), []);
  const queues = Object.entries(counts.value?.queues ?? {}).toSorted(([, a], [, b]) => b - a);
  return (
    <Section title="Queues and pools" aside={<Link to="/resources">resources</Link>}>
      {queues.length > 0 && (
        <Table label="Queues" head={["Program", "Ready to start"]}>
          {queues.map(([program, n]) => (
            <tr key={program}>
              <th scope="row">{program}</th>
              <td class="number">{n}</td>
            </tr>
          ))}
        </Table>
      )}
      {counts.value && queues.length === 0 && <p class="faint">No task waits for a worker or a resource.</p>}
      <Shown answer={resources}>
        {(r) =>
          (r.resources ?? []).length === 0 ? (
            <Empty>
              No task takes a resource. One that has <code>Resources()</code> does.
            </Empty>
          ) : (
            <Table label="Pools" head={["Resource", "In use"]}>
              {(r.resources ?? []).map((one) => (
                <tr key={one.name}>
                  <th scope="row">{one.name}</th>
                  <td>
                    <Meter name={one.name} value={one.used} of={one.limit} text={`${one.used} of ${one.limit}`} /> {one.paused && <StateChip state="paused" />}
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
    </Section>
  );
}
