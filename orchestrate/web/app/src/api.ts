// The API of the server, with the types that its description has.
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Task = Schemas["Task"];
export type State = "pending" | "running" | "suspended" | "retrying" | "done" | "failed" | "disabled" | "missing";

type Methods = "get" | "post";
type PathsWith<M extends Methods> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];
type Operation<P extends keyof paths, M extends Methods> = NonNullable<paths[P][M]>;
type Answer<O> = O extends { responses: { 200: { content: { "application/json": infer T } } } } ? T : undefined;
type Query<O> = O extends { parameters: { query?: infer Q } } ? NonNullable<Q> : Record<string, never>;
type InPath<O> = O extends { parameters: { path: infer Q } } ? Q : Record<string, never>;
type Body<O> = O extends { requestBody: { content: { "application/json": infer T } } } ? T : undefined;

/** What went wrong, in the words of the server. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** The address of an operation. Parameters of the path are taken from inPath. */
export function address(path: string, query: object = {}, inPath: object = {}): string {
  const values = new Map<string, unknown>(Object.entries(inPath));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0)) {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return text === "" ? filled : `${filled}?${text}`;
}

/** Asks for something. */
export async function get<P extends PathsWith<"get">>(
  path: P,
  query?: Query<Operation<P, "get">>,
  options: { signal?: AbortSignal; path?: InPath<Operation<P, "get">> } = {},
): Promise<Answer<Operation<P, "get">>> {
  return send("GET", address(path, query, options.path), undefined, options.signal);
}

/** Has something done. */
export async function post<P extends PathsWith<"post">>(
  path: P,
  body: Body<Operation<P, "post">>,
): Promise<Answer<Operation<P, "post">>> {
  return send("POST", path, body);
}

async function send<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      signal: signal ?? null,
      ...(body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    throw new Problem(0, "unreachable", "The server does not answer.");
  }
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

export async function problemOf(response: Response): Promise<Problem> {
  try {
    const p = (await response.json()) as Schemas["Problem"];
    const fields = (p.fields ?? []).map((f) => `${f.location ?? ""}: ${f.message ?? ""}`);
    return new Problem(response.status, p.code ?? "", [p.detail, ...fields].filter(Boolean).join("; "));
  } catch {
    return new Problem(response.status, "", `The server answers ${response.status} ${response.statusText}.`);
  }
}
