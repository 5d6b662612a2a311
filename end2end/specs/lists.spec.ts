/** A list of thousands of rows, of which the browser holds a screenful or two. */
import { expect, test } from "../fixtures/index.ts";
import { Resources } from "../pages/resources.ts";
import { SignIn } from "../pages/sign-in.ts";

test.use({ serverOptions: { mode: "demo" } });

/** What `demo` prints for whoever tries it. */
const DEMO = { name: "captain", password: "pilothouse demo" };
const MOST_ROWS = 60;

interface Row {
  uid: string;
  name: string;
}

test("any place of a long list is there after scrolling to it, and few rows ever are", async ({ page }) => {
  const pods = new Resources(page, "pods");
  await new SignIn(page).signIn(DEMO.name, DEMO.password);
  const rest = async (offset: number, limit: number): Promise<{ total: number; rows: Row[] }> => {
    const answer = await page.request.get(`/api/v1/resources/pods?sort=createdAt,name&offset=${offset}&limit=${limit}`);
    expect(answer.status()).toBe(200);
    return answer.json();
  };
  // The simulated clusters take a moment to be listed.
  await expect.poll(async () => (await rest(0, 1)).total, { timeout: 30_000 }).toBeGreaterThan(500);
  await pods.open("", "createdAt,name");

  // Oldest first, so that what comes and goes meanwhile is at the end.
  for (const part of [0.3, 0.6, 0.1]) {
    await test.step(`at ${part * 100} %`, async () => {
      const { total } = await rest(0, 1);
      await pods.scrollTo(part);
      const at = Math.floor(part * total);
      const around = (await rest(Math.max(0, at - MOST_ROWS / 2), MOST_ROWS)).rows.map((row) => row.uid);
      await expect
        .poll(async () => (await pods.inSight()).filter((uid) => around.includes(uid)).length, { timeout: 10_000 })
        .toBeGreaterThan(8);
      expect(await pods.rows.count()).toBeLessThanOrEqual(MOST_ROWS);
    });
  }

  await test.step("the row in sight is still there a while later", async () => {
    const before = await pods.inSight();
    await page.waitForTimeout(1500);
    const after = await pods.inSight();
    expect(after.filter((uid) => before.includes(uid)).length).toBeGreaterThan(before.length / 2);
  });

  await test.step("at the end", async () => {
    await pods.scrollTo(1);
    await expect(page.getByTestId("shown")).toContainText(/ to [\d,]+/);
    await expect
      .poll(async () => {
        const { total } = await rest(0, 1);
        const shown = (await page.getByTestId("shown").innerText()).match(/to ([\d,]+)/)?.[1] ?? "";
        return Math.abs(Number(shown.replaceAll(",", "")) - total);
      })
      .toBeLessThan(20);
    expect(await pods.rows.count()).toBeLessThanOrEqual(MOST_ROWS);
  });

  await test.step("another order begins at the top", async () => {
    await page.locator("thead a.sort").first().click();
    await expect(page.getByTestId("shown")).toContainText("rows 1 to");
    expect(await page.evaluate(() => window.scrollY)).toBeLessThan(10);
  });
});
