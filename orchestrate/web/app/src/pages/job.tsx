// What an attempt has read and made, how far its job is, and how it compares with an earlier one.
import { useEffect } from "preact/hooks";
import { useAnswer } from "../answer";
import { get } from "../api";
import { measures, spellChange, usualFor, usualPartner, type Measure } from "../compare";
import { codeDiffers, numberOf, spellBytes, spellNumber, told, type Attempt, type Sizes, type Told } from "../details";
import { refreshTask } from "../live";
import { pieces } from "../log";
import { Section, Table } from "../parts";
import { Link, place, refine, taskLink } from "../router";
import { When } from "../time";

/** How often an attempt under way is asked for again, in milliseconds: its details are no change of its task. */
const followEvery = 2000;

/** How many attempts of the family can be compared with. */
const mostOfFamily = 40;

interface Shown {
  id: string; // of the task
  family: string | undefined;
  attempt: Attempt;
  ofTask: Attempt[]; // all attempts that are known, the newest first
}

export function Job(shown: Shown) {
  const running = shown.attempt.ended === undefined;
  useEffect(() => {
    const timer = setInterval(() => running && !document.hidden && refreshTask(shown.id), followEvery);
    return () => clearInterval(timer);
  }, [shown.id, running]);
  const t = told(shown.attempt);
  return t.isJob || t.inputs.count > 0 || t.outputs.count > 0 ? <Panel {...shown} told={t} /> : null;
}

function Panel({ id, family, attempt, ofTask, told: t }: Shown & { told: Told }) {
  // Earlier attempts stay what they are: they are not asked for again when this one goes on.
  const answer = useAnswer((signal) => get("/api/v1/attempts", { ...(family ? { family } : { task: id }), limit: mostOfFamily }, { signal }), [family, id, attempt.fence], `before ${attempt.fence}`);
  const ofFamily = answer.value?.attempts ?? [];
  const ids = answer.value?.ids ?? {};
  const others = [...ofTask, ...ofFamily.filter((a) => a.task !== attempt.task)].filter((a) => a.fence !== attempt.fence && a.details !== undefined);
  const asked = Number(place.value.query.get("with") ?? 0);
  const partner = others.find((a) => a.fence === asked) ?? usualPartner(attempt, ofTask, ofFamily);
  return (
    <Section title={t.isJob ? "Job" : "Inputs and outputs"}>
      {t.isJob && <Steps told={t} ended={attempt.ended !== undefined} />}
      <Failure told={t} error={attempt.error} />
      <Sized title="Inputs" sizes={t.inputs} />
      <Sized title="Outputs" sizes={t.outputs} />
      <Code told={t} partner={partner} ids={ids} />
      <Comparison attempt={attempt} partner={partner} others={others} usual={usualFor(attempt, ofFamily)} ids={ids} />
    </Section>
  );
}

function Steps({ told: t, ended }: { told: Told; ended: boolean }) {
  const last = t.applications.at(-1);
  return (
    <>
      <dl class="facts">
        {last !== undefined && (
          <>
            <dt>{t.applications.length > 1 ? "Applications" : "Application"}</dt>
            <dd>
              {t.applications.slice(0, -1).map((a) => `${a}, `)}
              {last} {t.tracking && <Tracker address={t.tracking} />}
            </dd>
          </>
        )}
        {last === undefined && t.tracking && (
          <>
            <dt>Tracker</dt>
            <dd>
              <Tracker address={t.tracking} />
            </dd>
          </>
        )}
        {t.step !== undefined && t.step !== "1 of 1" && (
          <>
            <dt>Step</dt>
            <dd>{t.step}</dd>
          </>
        )}
        {t.skew !== undefined && (
          <>
            <dt>Skew</dt>
            <dd>
              {parseFloat(t.skew) > 2 && <Mark text="▲ uneven" />} {t.skew}
            </dd>
          </>
        )}
      </dl>
      {t.map !== undefined && t.reduce !== undefined && !(ended && t.map === 100 && t.reduce === 100) && (
        <div class="job-bars">
          <Progress name="Map" percent={t.map} />
          <Progress name="Reduce" percent={t.reduce} />
        </div>
      )}
    </>
  );
}

function Tracker({ address }: { address: string }) {
  return (
    <a href={address} target="_blank" rel="noreferrer">
      tracker
    </a>
  );
}

function Progress({ name, percent }: { name: string; percent: number }) {
  return (
    <label>
      <span>{name}</span>
      <progress max={100} value={percent} aria-label={name} />
      <span class="number">{percent}%</span>
    </label>
  );
}

/** What needs a look, also for those who don't see colours. */
function Mark({ text }: { text: string }) {
  return <span class="risk">{text}</span>;
}

/** What a task of the job has written before it failed, or else the error where it has several lines. */
function Failure({ told: t, error }: { told: Told; error: string | undefined }) {
  const text = t.failed?.stderr || (t.isJob && error?.includes("\n") ? error : "");
  return (
    <>
      {t.failed && (
        <p>
          It failed of <span class="id">{t.failed.task}</span>
          {t.failed.node && ` on ${t.failed.node}`}.
        </p>
      )}
      {text !== "" && (
        <pre class="log-end" aria-label="What the failed task wrote" role="region" tabIndex={0}>
          {pieces(text).map((p, i) => (
            <span key={i} class={p.style}>
              {p.text}
            </span>
          ))}
        </pre>
      )}
    </>
  );
}

function Sized({ title, sizes }: { title: string; sizes: Sizes }) {
  if (sizes.named.length === 0) {
    return null;
  }
  const dated = sizes.named.some((s) => s.modified !== undefined);
  const more = sizes.count - sizes.named.length;
  return (
    <>
      <h3>
        {title} {sizes.bytes !== undefined && <span class="faint">{spellBytes(sizes.bytes)}</span>}
      </h3>
      <Table label={title} head={dated ? ["Path", "Size", "Modified"] : ["Path", "Size"]}>
        {sizes.named.map((s) => (
          <tr key={s.path}>
            <td class="id">{s.path}</td>
            <td class="number">
              <Size text={s.size} />
            </td>
            {dated && <td>{s.modified && <When at={s.modified} />}</td>}
          </tr>
        ))}
      </Table>
      {more > 0 && <p class="faint">and {spellNumber(more)} more</p>}
    </>
  );
}

function Size({ text }: { text: string }) {
  const bytes = numberOf(text);
  return bytes === undefined ? <span class={text === "missing" ? "risk" : "faint"}>{text}</span> : <span title={`${spellNumber(bytes)} bytes`}>{spellBytes(bytes)}</span>;
}

const short = (hash: string): string => (/^[0-9a-f]{40}/.test(hash) ? hash.slice(0, 12) + hash.slice(40) : hash);

/** The code of an attempt in words, where something is known. */
function spellCode({ program: p }: Told): string {
  const parts = [p.version !== "(devel)" && p.version, p.revision !== "" && `revision ${short(p.revision)}`, p.build !== "" && `build ${p.build.slice(0, 12)}`];
  return parts.filter(Boolean).join(", ");
}

function Code({ told: t, partner, ids }: { told: Told; partner: Attempt | undefined; ids: Record<string, string> }) {
  const code = spellCode(t);
  if (code === "") {
    return null;
  }
  const other = partner && told(partner);
  return (
    <>
      <h3>Code</h3>
      <p class="id">{code}</p>
      {partner && other && codeDiffers(t, other) && (
        <p class="id">
          <Mark text="▲ other code" /> than in {named(partner, ids)}: {spellCode(other)}
        </p>
      )}
    </>
  );
}

/** An attempt in a few words. */
function named(a: Attempt, ids: Record<string, string>): string {
  return `attempt ${a.fence}${ids[String(a.task)] === undefined ? "" : ` of ${ids[String(a.task)] ?? ""}`}`;
}

const clock = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function spellOther(a: Attempt, ids: Record<string, string>, same: boolean): string {
  const when = a.started === undefined ? "" : clock.format(new Date(a.started)).replace(",", "");
  return [when, a.outcome ?? "running", same ? "this task" : (ids[String(a.task)] ?? "a forgotten task"), `attempt ${a.fence}`].filter(Boolean).join(" · ");
}

interface Compared {
  attempt: Attempt;
  partner: Attempt | undefined;
  others: Attempt[];
  usual: Attempt[];
  ids: Record<string, string>;
}

function Comparison({ attempt, partner, others, usual, ids }: Compared) {
  const all = measures(attempt, partner, usual);
  const groups = [...new Set(all.map((m) => m.group))];
  if (all.length === 0) {
    return null;
  }
  const other = partner && ids[String(partner.task)];
  return (
    <>
      <div class="filters job-with">
        <h3>Numbers</h3>
        {others.length > 0 && (
          <label>
            compared with{" "}
            <select value={String(partner?.fence ?? "")} onChange={(e) => refine({ with: e.currentTarget.value })}>
              {partner === undefined && <option value="">nothing</option>}
              {others.map((a) => (
                <option key={a.fence} value={String(a.fence)}>
                  {spellOther(a, ids, a.task === attempt.task)}
                </option>
              ))}
            </select>
          </label>
        )}
        {other !== undefined && partner?.task !== attempt.task && <Link to={taskLink(other)}>show that task</Link>}
      </div>
      <Table label="Numbers" head={["Number", "This", ...(partner ? [`Attempt ${partner.fence}`, "Change"] : []), ...(usual.length > 0 ? [usual.length === 1 ? "Usual (1 success)" : `Usual (median of ${usual.length})`] : [])]}>
        {groups.map((g) => (
          <>
            {groups.length > 1 && (
              <tr key={g}>
                <th colSpan={2 + (partner ? 2 : 0) + (usual.length > 0 ? 1 : 0)} scope="rowgroup">
                  {g}
                </th>
              </tr>
            )}
            {all
              .filter((m) => m.group === g)
              .map((m) => (
                <Row key={`${g}: ${m.name}`} measure={m} compared={partner !== undefined} usual={usual.length > 0} />
              ))}
          </>
        ))}
      </Table>
    </>
  );
}

function Row({ measure: m, compared, usual }: { measure: Measure; compared: boolean; usual: boolean }) {
  return (
    <tr>
      <th scope="row" class="plain">{m.name}</th>
      <td class="number" title={String(m.value)}>
        {m.spell(m.value)}
      </td>
      {compared && (
        <>
          <td class="number">{m.before === undefined ? "–" : m.spell(m.before)}</td>
          <td class="number">{spellChange(m.value, m.before)}</td>
        </>
      )}
      {usual && (
        <td class="number">
          {m.usual === undefined ? "–" : m.spell(m.usual)} {m.far && <Mark text={m.far === "more" ? "▲ far more" : "▼ far less"} />}
        </td>
      )}
    </tr>
  );
}
