// The frame of all pages: where one can go, who looks, and whether the server is heard.
import { render, type ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { connection } from "./live";
import { History } from "./pages/history";
import { Home } from "./pages/home";
import { Resources, Workers } from "./pages/machines";
import { RunPage, Runs } from "./pages/runs";
import { SignIn } from "./pages/signin";
import { TaskPage } from "./pages/task";
import { Tasks } from "./pages/tasks";
import { Empty } from "./parts";
import { Link, place } from "./router";
import { learn, session, sessionProblem, signOut } from "./session";

interface Page {
  title: string;
  body: ComponentType;
  within?: string; // the page of the menu that it belongs to
}

const pages: Record<string, Page> = {
  "/": { title: "Now", body: Home },
  "/tasks": { title: "Tasks", body: Tasks },
  "/task": { title: "Task", body: TaskPage, within: "/tasks" },
  "/runs": { title: "Runs", body: Runs },
  "/run": { title: "Run", body: RunPage, within: "/runs" },
  "/history": { title: "History", body: History },
  "/workers": { title: "Workers", body: Workers },
  "/resources": { title: "Resources", body: Resources },
};

const menu = ["/", "/tasks", "/runs", "/history", "/workers", "/resources"];

function App() {
  const { path, query } = place.value;
  const page = pages[path];
  useEffect(() => {
    const title = path === "/sign-in" ? "Sign in" : (page?.title ?? "No such page");
    document.title = `${(page && query.get("id")) || title} · gomr`;
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
            <Link key={m} to={m} {...((page?.within ?? path) === m ? { "aria-current": "page" as const } : {})}>
              {pages[m]?.title}
            </Link>
          ))}
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
