// Which page is shown, and its parameters: they are the address, so that each view can be linked to.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

interface Place {
  path: string;
  query: URLSearchParams;
}

function here(): Place {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}

export const place = signal(here());

addEventListener("popstate", () => {
  place.value = here();
});

/** The address of a page. Parameters that are empty are left out. */
export function to(path: string, query: Record<string, string | number | undefined> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") {
      parameters.set(name, String(value));
    }
  }
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Goes to an address. Replacing leaves no step to go back to. */
export function go(url: string, replace = false): void {
  if (replace) {
    history.replaceState(null, "", url);
  } else {
    history.pushState(null, "", url);
    scrollTo(0, 0);
  }
  place.value = here();
}

/** Changes parameters of the page that is shown. */
export function refine(changes: Record<string, string | undefined>): void {
  const query: Record<string, string> = Object.fromEntries(place.peek().query);
  for (const [name, value] of Object.entries(changes)) {
    query[name] = value ?? "";
  }
  go(to(place.peek().path, query), true);
}

interface LinkProps {
  to: string;
  children: ComponentChildren;
  class?: string;
  title?: string;
  "aria-current"?: "page";
}

/** A link to a page of this server. With a key held down, the browser opens it elsewhere as usual. */
export function Link({ to: url, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      go(url);
    }
  };
  return (
    <a {...rest} href={url} onClick={follow}>
      {children}
    </a>
  );
}

export const taskLink = (id: string) => to("/task", { id });
