import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { get } from "../api";
import { Command, quoted, Section } from "../parts";
import { mayControl } from "../session";

/** Which labels are run. The flag of the first is left out, as it is what happens without one. */
const choices: { value: string; text: string }[] = [
  { value: "", text: "those whose output is missing" },
  { value: "--failed", text: "those of them whose task has failed" },
  { value: "--all", text: "all; outputs that exist go to the trash, and are made again" },
];

/**
 * Writes the command that starts a backfill. Only the program knows which labels a task has and what exists,
 * and the server has none: so it is planned where the program is.
 */
export function StartBackfill() {
  const families = useAnswer((signal) => get("/api/v1/statistics", undefined, { signal }), []);
  const [family, setFamily] = useState("");
  const [param, setParam] = useState("date");
  const [first, setFirst] = useState("");
  const [last, setLast] = useState("");
  const [others, setOthers] = useState("");
  const [which, setWhich] = useState("");
  const [downstream, setDownstream] = useState(false);
  const [cap, setCap] = useState("10");
  if (!mayControl()) {
    return null;
  }
  const words = [
    "gomr backfill start", quoted(family || "TASK"), `--${param || "date"} ${quoted(`${first || "FIRST"}..${last || "LAST"}`)}`,
    others.trim(), which, downstream ? "--downstream" : "", `--cap ${cap || 10}`, `--server ${location.origin}`,
  ];
  const command = words.filter((word) => word !== "").join(" ");
  const field = (name: string, value: string, set: (value: string) => void, more: object = {}) => (
    <label>
      {name}
      <input value={value} onInput={(e) => set(e.currentTarget.value)} {...more} />
    </label>
  );
  return (
    <Section title="Start one">
      <p class="faint">
        The program plans it, for it knows what exists. This writes the command; <code>--dry-run</code> tells what it would run, and starts nothing.
      </p>
      <form class="fields across" onSubmit={(e) => e.preventDefault()}>
        {field("Task", family, setFamily, { list: "families", placeholder: "WordCount" })}
        <datalist id="families">
          {(families.value?.families ?? []).map((f) => (
            <option key={f.family} value={f.family} />
          ))}
        </datalist>
        {field("Parameter of the labels", param, setParam)}
        {field("First label", first, setFirst, { placeholder: "2014-06-01" })}
        {field("Last label", last, setLast, { placeholder: "2014-06-30" })}
        {field("Other parameters, as on the command line", others, setOthers, { placeholder: "--min-count 3" })}
        {field("At most under way", cap, setCap, { type: "number", min: 1 })}
        <label>
          Which labels
          <select value={which} onChange={(e) => setWhich(e.currentTarget.value)}>
            {choices.map((c) => (
              <option key={c.value} value={c.value}>
                {c.text}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input type="checkbox" checked={downstream} onChange={(e) => setDownstream(e.currentTarget.checked)} /> Make again what depends on them
        </label>
      </form>
      <p>
        Look first: <Command text={`${command} --dry-run`} />
      </p>
      <p>
        Start it: <Command text={command} />
      </p>
    </Section>
  );
}
