// Tokens: the first one closes the server, and whoever's is revoked is out.
import { expect, sound, test, watch, confirm } from "./page";
import { world } from "./harness";

const w = world();

test("an admin makes tokens and revokes them, but not the last one of an admin", async ({ page, browser, watched }) => {
  watched.expected.push(/status of 401/);
  await page.goto(`${w.url}/tokens`);
  const make = async (name: string, role: string) => {
    await page.getByRole("button", { name: "Make a token" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("For whom").fill(name);
    await dialog.getByRole("combobox", { name: "Role" }).selectOption(role);
    await expect(dialog.locator("code")).toHaveText(`gomr token ${name} --role ${role} --server ${w.url}`);
    await dialog.getByRole("button", { name: "Make a token" }).click();
    const shown = page.getByRole("dialog", { name: `The secret of ${name}` });
    const secret = await shown.locator("code").innerText();
    await shown.getByRole("button", { name: "I have it" }).click();
    await expect(shown).toBeHidden();
    return secret;
  };
  await make("rita", "admin");
  await expect(page.getByText("rita admin")).toBeVisible(); // this browser is signed in with it
  const secret = await make("vic", "viewer");
  const row = (name: string) => page.getByRole("region", { name: "Tokens" }).getByRole("row").filter({ has: page.locator("td.id", { hasText: name }) });
  await expect(row("vic")).toContainText("viewer");
  await expect(page.getByText(secret)).toHaveCount(0);

  const context = await browser.newContext();
  const noted = watch(context);
  noted.expected.push(/status of (401|403)/);
  const vic = await context.newPage();
  await vic.goto(w.url);
  await vic.getByLabel("Secret").fill(secret);
  await vic.getByRole("button", { name: "Sign in" }).click();
  await expect(vic.getByText("vic viewer")).toBeVisible();
  await vic.goto(`${w.url}/tokens`);
  await expect(vic.getByText("Only admins see tokens.")).toBeVisible();

  await expect(row("rita").getByRole("button", { name: "Revoke" })).toBeDisabled();
  await row("vic").getByRole("button", { name: "Revoke" }).click();
  await confirm(page, "Revoke");
  await expect(row("vic")).toHaveCount(0);
  await vic.getByRole("link", { name: "Tasks", exact: true }).click();
  await expect(vic).toHaveURL(/\/sign-in/);
  await context.close();
  sound(noted);

  await row("rita").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByRole("dialog")).toContainText("whoever reaches the server may do everything then");
  await confirm(page, "Revoke");
  await expect(page.getByText("local admin")).toBeVisible();
  await expect(page.getByText("There are none, so whoever reaches the server may do everything.")).toBeVisible();
});
