// The frame of all pages: where one can go, who looks, and whether the server is heard.
import { render, type ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { connection } from "./live";
import { Audit } from "./pages/audit";
import { StartBackfill } from "./pages/backfill_start";
import { BackfillPage, Backfills } from "./pages/backfills";
import { DuePage } from "./pages/due";
import { GridPage } from "./pages/grid";
import { GraphPage } from "./pages/graph";
import { History } from "./pages/history";
import { Home } from "./pages/home";
import { Resources, Workers } from "./pages/machines";
import { Notifications } from "./pages/notifications";
import { RunPage } from "./pages/run";
import { Runs } from "./pages/runs";
import { SchedulePage, Schedules } from "./pages/schedules";
import { SignIn } from "./pages/signin";
import { TaskPage } from "./pages/task";
import { Tasks } from "./pages/tasks";
import { Tokens } from "./pages/tokens";
import { Empty } from "./parts";
import { Link, place } from "./router";
import { learn, mayAdminister, session, sessionProblem, signOut } from "./session";

interface Page {
  title: string;
  body: ComponentType;
  within?: string; // the page of the menu that it belongs to
}

const pages: Record<string, Page> = {
  "/": { title: "Now", body: Home },
  "/grid": { title: "Grid", body: GridPage },
  "/tasks": { title: "Tasks", body: Tasks },
  "/task": { title: "Task", body: TaskPage, within: "/tasks" },
  "/runs": { title: "Runs", body: Runs },
  "/run": { title: "Run", body: RunPage, within: "/runs" },
  "/graph": { title: "Graph", body: GraphPage },
  "/backfills": { title: "Backfills", body: Backfills },
  "/backfill": { title: "Backfill", body: BackfillPage, within: "/backfills" },
  "/backfill/start": { title: "Start a backfill", body: StartBackfill, within: "/backfills" },
  "/schedules": { title: "Schedules", body: Schedules },
  "/schedule": { title: "Schedule", body: SchedulePage, within: "/schedules" },
  "/history": { title: "History", body: History },
  "/due": { title: "Due", body: DuePage },
  "/workers": { title: "Workers", body: Workers },
  "/resources": { title: "Resources", body: Resources },
  "/notifications": { title: "Notifications", body: Notifications },
  "/audit": { title: "Audit", body: Audit },
  "/tokens": { title: "Tokens", body: Tokens },
};

const menu = ["/", "/grid", "/graph", "/tasks", "/runs", "/backfills", "/schedules", "/history"];

/** Pages that are behind the last word of the menu. */
const more = ["/due", "/workers", "/resources", "/notifications", "/audit", "/tokens"];

function App() {
  const { path, query } = place.value;
  const page = pages[path];
  useEffect(() => {
    const title = path === "/sign-in" ? "Sign in" : (page?.title ?? "No such page");
    document.title = `${(page && (query.get("id") ?? query.get("name"))) || title} · gomr`;
  }, [path, query]);
  if (path === "/sign-in") {
    return (
      <main>
        <SignIn />
      </main>
    );
  }
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <Link to="/" class="name">
          gomr
        </Link>
        <nav aria-label="Pages">
          {menu.map((m) => (
            <MenuLink key={m} page={m} shown={page?.within ?? path} />
          ))}
          <More shown={page?.within ?? path} />
        </nav>
        <Connection />
        <Who />
      </header>
      <main id="main" tabIndex={-1}>
        {sessionProblem.value !== undefined && <p class="notice">The server does not answer; this page tries again every few seconds.</p>}
        {session.value && (page ? <page.body /> : <NoPage />)}
      </main>
    </>
  );
}

function NoPage() {
  return (
    <>
      <h1>No such page</h1>
      <Empty>The menu above has all.</Empty>
    </>
  );
}

function MenuLink({ page, shown }: { page: string; shown: string }) {
  return (
    <Link to={page} {...(page === shown ? { "aria-current": "page" as const } : {})}>
      {pages[page]?.title}
    </Link>
  );
}

/** The rest of the menu, which closes when one has gone somewhere or elsewhere. */
function More({ shown }: { shown: string }) {
  const details = useRef<HTMLDetailsElement>(null);
  const close = () => details.current?.removeAttribute("open");
  useEffect(close, [shown]);
  useEffect(() => {
    const outside = (event: Event) => {
      if (!details.current?.contains(event.target as Node)) {
        close();
      }
    };
    const escape = (event: KeyboardEvent) => event.key === "Escape" && close();
    addEventListener("click", outside);
    addEventListener("focusin", outside);
    addEventListener("keydown", escape);
    return () => {
      removeEventListener("click", outside);
      removeEventListener("focusin", outside);
      removeEventListener("keydown", escape);
    };
  }, []);
  return (
    <details class="more" ref={details}>
      <summary class={more.includes(shown) ? "current" : ""}>{more.includes(shown) ? `More: ${pages[shown]?.title}` : "More"}</summary>
      <div class="more-pages">
        {more
          .filter((m) => m !== "/tokens" || mayAdminister())
          .map((m) => (
            <MenuLink key={m} page={m} shown={shown} />
          ))}
      </div>
    </details>
  );
}

function Connection() {
  const text = { connecting: "connecting…", live: "live", lost: "connection lost, trying again" }[connection.value];
  return (
    <span class={`connection connection-${connection.value}`} role="status">
      {text}
    </span>
  );
}

function Who() {
  const who = session.value;
  if (!who) {
    return null;
  }
  return (
    <span class="who">
      {who.name} <span class="faint">{who.role}</span>{" "}
      {who.name !== "local" && (
        <button type="button" class="quiet" onClick={signOut}>
          Sign out
        </button>
      )}
    </span>
  );
}

const root = document.getElementById("app");
if (root) {
  render(<App />, root);
}
void learn();
