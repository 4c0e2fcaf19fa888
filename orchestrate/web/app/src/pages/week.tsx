import { spellCell, useGrid, type Row } from "../grid";
import { lastDays } from "../partitions";
import { Empty, Section, Shown, Table } from "../parts";
import { Link, to } from "../router";
import { marks } from "../state";

/** How many families the week has at most. */
const most = 20;

/** The past week and today: a cell has the tasks of a family for the day, and for its hours. */
export function Week() {
  const days = lastDays(8);
  const answer = useGrid({ kind: "day", from: days[0] ?? "", until: days.at(-1) ?? "", finer: true });
  return (
    <Section title="Past week" aside={<Link to="/grid">grid</Link>}>
      <Shown answer={answer}>
        {(grid) => {
          const busy = grid.rows
            .filter((r) => r.total > 0)
            .toSorted((a, b) => b.total - a.total)
            .slice(0, most);
          return busy.length === 0 ? (
            <Empty>No task is for one of the last days, or an hour of them.</Empty>
          ) : (
            <Table label="Families in the past week" head={["Family", ...days.map((d) => d.slice(5))]}>
              {busy.map((r) => (
                <tr key={r.family}>
                  <th scope="row" class="id">
                    <Link to={to("/tasks", { family: r.family, from: days[0], until: days.at(-1) })}>{r.family}</Link>
                  </th>
                  {days.map((d, i) => (
                    <td key={d}>
                      <Day row={r} day={d} index={i} />
                    </td>
                  ))}
                </tr>
              ))}
            </Table>
          );
        }}
      </Shown>
    </Section>
  );
}

function Day({ row, day, index }: { row: Row; day: string; index: number }) {
  const cell = row.cell(index);
  if (cell.state === undefined) {
    return <span class="faint">–</span>;
  }
  const text = spellCell(cell);
  return (
    <Link to={to("/tasks", { family: row.family, from: day, until: day })} class={`day swatch-${cell.state} ${cell.late ? "day-late" : ""}`} title={`${row.family} ${day}: ${text}`}>
      <span aria-hidden="true">
        {marks[cell.state]} {cell.tasks > 1 && `${cell.worst}/${cell.tasks}`}
      </span>
      <span class="visually-hidden">{text}</span>
    </Link>
  );
}
