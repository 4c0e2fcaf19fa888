// What has happened last, apart from attempts.
import { useAnswer } from "../answer";
import { get } from "../api";
import { Empty, Section, Shown } from "../parts";
import { Link, to } from "../router";
import { EventTable } from "./audit";

/** How many events the list has at most. */
const most = 12;

export function NewestEvents() {
  const page = useAnswer((signal) => get("/api/v1/events", { order: "newest", limit: most }, { signal }), []);
  return (
    <Section title="Newest events" aside={<Link to={to("/audit", { kind: "any" })}>all</Link>}>
      <Shown answer={page}>{(p) => ((p.events ?? []).length === 0 ? <Empty>Nothing has happened yet.</Empty> : <EventTable page={p} />)}</Shown>
    </Section>
  );
}
