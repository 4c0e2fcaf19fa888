// Lists that come a page at a time.
import { Link, place, to } from "./router";

/** The way to the next page of a list, whose cursor is in the address, and back to its first one. */
export function Older({ next }: { next: number | undefined }) {
  const { path, query } = place.value;
  const at = (cursor: number | undefined) => to(path, { ...Object.fromEntries(query), cursor });
  if (next === undefined && !query.has("cursor")) {
    return null;
  }
  return (
    <p class="buttons">
      {query.has("cursor") && (
        <Link class="button" to={at(undefined)}>
          Newest
        </Link>
      )}
      {next !== undefined && (
        <Link class="button" to={at(next)}>
          Older
        </Link>
      )}
    </p>
  );
}
