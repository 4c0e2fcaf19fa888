// A server with real workers and real tasks, for a file of tests: of the program in GOMR_PAGED, which
// is internal/e2e/paged. Files in its folder have the tasks wait and fail.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "@playwright/test";
import type { Schemas, State } from "../src/api";

/** How long a server or a command may take before a test gives up, in milliseconds. */
const patience = 20_000;

interface Process {
  child: ChildProcess;
  said: () => string; // so far
}

interface Answer<T> {
  status: number;
  body: T;
}

interface Wishes {
  workers?: number; // how many start with it; one if left out
  tokens?: Record<string, Schemas["NewToken"]["role"]>; // of whom; with any, the server asks for them
  notify?: () => string; // the file that says who is told of what
  hadoop?: boolean; // jobs run on the Hadoop of HADOOP_CONF_DIR, and files are there
}

export class World {
  url = "";
  private folder = "";
  private server: Process | undefined;
  private workers: Process[] = [];
  private secrets = new Map<string, string>();

  constructor(private readonly wishes: Wishes) {}

  /** Starts the server, and the workers that were wished for. */
  async start(): Promise<void> {
    if (this.wishes.hadoop && !process.env["HADOOP_CONF_DIR"]) {
      throw new Error("HADOOP_CONF_DIR names no Hadoop: 'make test-hadoop' starts one");
    }
    this.folder = mkdtempSync(join(tmpdir(), "gomr-web-"));
    mkdirSync(this.tasks);
    for (const [name, role] of Object.entries(this.wishes.tokens ?? {})) {
      this.secrets.set(name, (await this.command(["token", name, "--role", role])).trim());
    }
    if (this.wishes.notify) {
      this.notify(this.wishes.notify());
    }
    await this.serve("127.0.0.1:0");
    await this.api("POST", "/resources", { resource: "press", limit: 4 }); // or sheets would be made one by one
    for (let n = this.wishes.workers ?? 1; n > 0; n--) {
      await this.work();
    }
  }

  /** Ends all that was started. Tasks wait no more once their folder is gone. */
  async stop(): Promise<void> {
    rmSync(this.tasks, { recursive: true, force: true });
    await Promise.all(this.workers.map((w) => ended(w, "SIGTERM")));
    if (this.server) {
      await ended(this.server, "SIGTERM");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The secret of a token. */
  secret(name: string): string {
    const secret = this.secrets.get(name);
    if (secret === undefined) {
      throw new Error(`nobody is called ${name} here`);
    }
    return secret;
  }

  /** Has sheets made. It does not wait for them. Each call is a run. */
  async run(...sheets: string[]): Promise<void> {
    await this.command(["run", "Book", "--dir", this.tasks, "--sheets", sheets.map(quoted).join(","), "--server", this.url, "--detach", "--quiet"]);
  }

  /** Runs a command of the program, which must succeed, and returns what it prints. */
  async cli(...args: string[]): Promise<string> {
    return this.command([...args, "--server", this.url]);
  }

  /** Runs a command line as a page shows it, in a shell. */
  async type(line: string): Promise<string> {
    return this.finish(this.spawn("sh", ["-c", `gomr() { "$GOMR_PAGED" "$@"; }; ${line}`]), line);
  }

  /** Starts a backfill of editions, with flags such as --cap. */
  async backfill(first: string, last: string, ...flags: string[]): Promise<void> {
    await this.cli("backfill", "start", "Edition", "--dir", this.tasks, "--date", `${first}..${last}`, ...this.place, ...flags);
  }

  /** Makes schedules those of the server: the text of a file, in which DIR is the folder of the tasks. */
  async schedule(text: string): Promise<void> {
    const file = join(this.folder, "schedules.toml");
    writeFileSync(file, text.replaceAll("DIR", this.tasks));
    await this.cli("schedule", "apply", file);
  }

  /** Writes the file that says who is told of what. The server reads it when it starts, and when it is told to. */
  notify(text: string): void {
    writeFileSync(this.notifyFile, text);
  }

  /** Has sheets fail, and waits until they have. */
  async fails(...sheets: string[]): Promise<void> {
    sheets.forEach((s) => this.mark("fail", s));
    await this.run(...sheets);
    await Promise.all(sheets.map((s) => this.until(this.sheet(s), "failed")));
  }

  /** The ID of a sheet. */
  sheet(name: string): string {
    return `Sheet(dir=${this.tasks}, name=${quoted(name)})`;
  }

  /** The ID of the edition of a day. */
  edition(date: string): string {
    return `Edition(date=${date}, dir=${this.tasks})`;
  }

  /** The ID of a word count, which is on Hadoop. */
  wordCount(name: string): string {
    return `WordCount(dir=${this.tasks}, name=${name})`;
  }

  /** Whether a task has made its output. */
  made(path: string): boolean {
    return existsSync(join(this.tasks, path));
  }

  /** From now on sheets of that name wait, or fail. */
  mark(what: "wait" | "fail", name: string): void {
    writeFileSync(this.file(what, name), "");
  }

  /** And no more. */
  unmark(what: "wait" | "fail", name: string): void {
    rmSync(this.file(what, name));
  }

  /** Waits until a task is in a state. */
  async until(id: string, state: State): Promise<void> {
    let last = "";
    for (const end = Date.now() + patience; Date.now() < end; await pause(50)) {
      const answer = await this.api<Schemas["Explanation"]>("GET", `/task?id=${encodeURIComponent(id)}`);
      last = answer.body.task?.state ?? `unknown (${answer.status})`;
      if (last === state) {
        return;
      }
    }
    throw new Error(`${id} is ${last} and not ${state}`);
  }

  /** Asks the API, as an admin where there are tokens. */
  async api<T>(method: string, path: string, body?: unknown, as = this.admin()): Promise<Answer<T>> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { ...(as === "" ? {} : { Authorization: `Bearer ${as}` }), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: (text === "" ? undefined : JSON.parse(text)) as T };
  }

  /** Has the first worker take no more, and end once its tasks have. */
  dismiss(): void {
    this.workers[0]?.child.kill("SIGTERM");
  }

  /** Kills the server. Workers and tasks stay. */
  async kill(): Promise<void> {
    if (this.server) {
      await ended(this.server, "SIGKILL");
    }
  }

  /** Starts it again at the same address. */
  async serveAgain(): Promise<void> {
    await this.serve(new URL(this.url).host);
  }

  /** The folder of the tasks. */
  get tasks(): string {
    return join(this.folder, "tasks");
  }

  /** The folder that stands for HDFS. */
  get root(): string {
    return join(this.folder, "root");
  }

  /** The flags that say where jobs run, and where files are. */
  private get place(): string[] {
    return this.wishes.hadoop ? [] : ["--runner", "local", "--root", this.root];
  }

  private get notifyFile(): string {
    return join(this.folder, "notify.toml");
  }

  private file(what: string, name: string): string {
    return join(this.tasks, `${what}-${name.replaceAll("/", "_")}`);
  }

  private admin(): string {
    const name = Object.entries(this.wishes.tokens ?? {}).find(([, role]) => role === "admin")?.[0];
    return (name !== undefined && this.secrets.get(name)) || "";
  }

  private async serve(address: string): Promise<void> {
    const notify = this.wishes.notify ? ["--notify", this.notifyFile] : [];
    this.server = this.begin(["server", "--listen", address, ...this.place, ...notify]);
    this.url = await heard(this.server, /^serving at (http:\/\/[^,]+),/m);
  }

  /** Starts one more worker, and waits until it is there. */
  async work(): Promise<void> {
    const id = String(this.workers.length);
    const worker = this.begin([
      "worker", "--server", this.url, "--dir", join(this.folder, `worker-${id}`), ...this.place, "--slots", "4",
    ]);
    this.workers.push(worker);
    await this.alive(this.workers.length);
  }

  private async alive(count: number): Promise<void> {
    for (const end = Date.now() + patience; Date.now() < end; await pause(20)) {
      const { body } = await this.api<Schemas["Workers"]>("GET", "/workers");
      if ((body.workers ?? []).filter((w) => w.alive).length >= count) {
        return;
      }
    }
    throw new Error(`there are no ${count} workers: ${this.workers.map((w) => w.said()).join("\n")}`);
  }

  private begin(args: string[]): Process {
    return this.spawn(paged(), args);
  }

  private spawn(program: string, args: string[]): Process {
    const inherited = ["PATH", "GOMR_PAGED", "HADOOP_HOME", "HADOOP_CONF_DIR", "JAVA_HOME"].map((name) => [name, process.env[name]]);
    const child = spawn(program, args, {
      env: { ...Object.fromEntries(inherited), HOME: this.folder, XDG_STATE_HOME: this.folder, USER: "tester", GOMR_TOKEN: this.admin(), GOMR_SERVER: this.url },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    }
    return { child, said: () => said };
  }

  /** Returns what a command prints. */
  private async command(args: string[]): Promise<string> {
    return this.finish(this.begin(args), args.join(" "));
  }

  private async finish({ child, said }: Process, what: string): Promise<string> {
    const timer = setTimeout(() => child.kill("SIGKILL"), patience);
    const [code] = (await once(child, "close")) as [number | null];
    clearTimeout(timer);
    if (code !== 0) {
      throw new Error(`${what} ends with ${code}: ${said()}`);
    }
    return said();
  }
}

/** The program under test. */
function paged(): string {
  const program = process.env["GOMR_PAGED"] ?? "";
  if (!existsSync(program)) {
    throw new Error("GOMR_PAGED names no program: 'make test-web' builds one");
  }
  return program;
}

/** Has the tests of a file share a server of their own. */
export function world(wishes: Wishes = {}): World {
  const w = new World(wishes);
  test.beforeAll(() => w.start());
  test.afterAll(() => w.stop());
  return w;
}

const pause = (milliseconds: number) => new Promise((wake) => setTimeout(wake, milliseconds));

/** A word as it stands in a list, and in the ID of a task. */
const quoted = (word: string) => (/^[^"\\`'=,()[\]{}\s]+$/.test(word) ? word : JSON.stringify(word));

/** Waits until a process has said something, and returns the first group. */
async function heard(process: Process, what: RegExp): Promise<string> {
  for (const end = Date.now() + patience; Date.now() < end; await pause(20)) {
    const found = what.exec(process.said())?.[1];
    if (found !== undefined) {
      return found;
    }
    if (process.child.exitCode !== null) {
      break;
    }
  }
  throw new Error(`the process has not said ${what}: ${process.said()}`);
}

/** Ends a process, and waits until it has. One that does not listen is killed. */
async function ended({ child }: Process, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, "exit");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), patience);
  await gone;
  clearTimeout(timer);
}
