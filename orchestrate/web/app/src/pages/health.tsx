// How the parts of the server do, and what it needs.
import { get, type Schemas } from "../api";
import { useAnswerEvery } from "../answer";
import { Command, onServer, Section, Shown, Table } from "../parts";
import { secondsOf, spell, When } from "../time";

type Component = Schemas["Component"];

/** Conditions, those first that need somebody, with their class and their mark. */
const conditions: Record<Component["state"], { class: string; mark: string }> = {
  failing: { class: "late", mark: "✕" },
  slow: { class: "risk", mark: "◔" },
  ok: { class: "fine", mark: "✓" },
  "not used": { class: "faint", mark: "–" },
};

const order = Object.keys(conditions);

const took = (seconds: number) => (seconds < 0.001 ? "< 1 ms" : spell(seconds));

export function Health() {
  const health = useAnswerEvery((signal) => get("/api/v1/health", undefined, { signal }));
  return (
    <Section title="Components" aside={<Command text={onServer("gomr health")} />}>
      <Shown answer={health}>{(h) => <Components components={h.components ?? []} />}</Shown>
    </Section>
  );
}

function Components({ components }: { components: Component[] }) {
  const sorted = components.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  const unused = sorted.filter((c) => c.state === "not used");
  return (
    <>
      <Table label="Components" head={["State", "Component", "What is there", "Last seen well", "Took"]}>
        {sorted
          .filter((c) => c.state !== "not used")
          .map((c) => (
            <tr key={c.name}>
              <td>
                <ConditionOf component={c} />
              </td>
              <th scope="row">{c.name}</th>
              <td class={c.state === "failing" ? "text error-line" : "text"}>
                {c.detail}
                {c.mend && <div class="mend">Mend: {c.mend}</div>}
              </td>
              <td>
                <When at={c.last_seen} />
              </td>
              <td class="number">{c.latency === undefined ? <span class="faint">–</span> : took(secondsOf(c.latency))}</td>
            </tr>
          ))}
      </Table>
      {unused.length > 0 && (
        <details class="unused">
          <summary>Not used: {unused.map((c) => c.name).join(", ")}</summary>
          <dl class="facts">
            {unused.map((c) => [<dt key={c.name}>{c.name}</dt>, <dd key={`${c.name} why`}>{c.detail}</dd>])}
          </dl>
        </details>
      )}
    </>
  );
}

function ConditionOf({ component }: { component: Component }) {
  const condition = conditions[component.state];
  return (
    <span class={`condition ${condition.class}`}>
      <span aria-hidden="true">{condition.mark}</span> {component.state}
    </span>
  );
}
