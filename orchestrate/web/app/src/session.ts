// Who looks, and what they may do.
import { signal } from "@preact/signals";
import { get, post, Problem, type Schemas } from "./api";
import { follow, unfollow } from "./live";
import { go, place, to } from "./router";

/** Undefined until it is known, null where nobody is signed in. */
export const session = signal<Schemas["Session"] | null | undefined>(undefined);

/** Why nothing is known of the session, if the server can't be asked. */
export const sessionProblem = signal<Problem | undefined>(undefined);

export async function learn(): Promise<void> {
  try {
    session.value = await get("/api/v1/session");
    sessionProblem.value = undefined;
    follow();
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      signedOut();
      return;
    }
    sessionProblem.value = error instanceof Problem ? error : new Problem(0, "", String(error));
    setTimeout(learn, 3000);
  }
}

/** Has the browser send a token from now on. */
export async function become(secret: string): Promise<void> {
  session.value = await post("/api/v1/session", { secret });
  follow();
}

export async function signIn(secret: string): Promise<void> {
  await become(secret);
  const next = place.peek().query.get("next") ?? "";
  const there = new URL(next, location.origin);
  go(there.origin === location.origin ? there.pathname + there.search : "/", true); // whatever somebody has linked to
}

export async function signOut(): Promise<void> {
  await post("/api/v1/session/end", {});
  signedOut();
}

/** Leads to where one signs in, and back from there. */
export function signedOut(): void {
  session.value = null;
  unfollow();
  if (place.peek().path !== "/sign-in") {
    const back = location.pathname + location.search;
    go(to("/sign-in", { next: back === "/" ? undefined : back }), true);
  }
}

export function mayControl(): boolean {
  const role = session.value?.role;
  return role === "operator" || role === "admin";
}

export function mayAdminister(): boolean {
  return session.value?.role === "admin";
}
