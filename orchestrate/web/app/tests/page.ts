// The page of a browser that a test looks at, which is watched for what no page may do.
import AxeBuilder from "@axe-core/playwright";
import { expect, test as base, type BrowserContext, type Page } from "@playwright/test";

export { expect };

export interface Watch {
  faults: string[];
  expected: RegExp[]; // faults that a test causes on purpose
}

/** Notes all that goes wrong in a context: errors, refusals of the policy, dialogs, requests to other hosts. */
export function watch(context: BrowserContext): Watch {
  const noted: Watch = { faults: [], expected: [] };
  const hosts = new Set<string>();
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      noted.faults.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  context.on("weberror", (error) => noted.faults.push(String(error.error().stack)));
  context.on("dialog", (dialog) => {
    noted.faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && hosts.add(url.host).size > 1) {
      noted.faults.push(`asks ${request.url()}`);
    }
  });
  return noted;
}

export function sound({ faults, expected }: Watch): void {
  expect(faults.filter((fault) => !expected.some((e) => e.test(fault)))).toEqual([]);
}

export const test = base.extend<{ watched: Watch }>({
  watched: [
    async ({ context }, use) => {
      const noted = watch(context);
      await use(noted);
      sound(noted);
    },
    { auto: true },
  ],
});

/** The button of a question that does what is asked. */
export async function confirm(page: Page, button: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: button, exact: true }).click();
  await expect(dialog).toBeHidden();
}

/** The state that a task's page shows. */
export const stateOf = (page: Page) => page.locator(".under-title .state");

/** What keeps somebody from a page, by some of axe's rules, or by all. */
export async function barriers(page: Page, rules: string[] = []): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode(); // without a page of its own for each look
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze();
  return violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.html).join("\n")}`);
}
