import { expect, test, ADMIN } from "../fixtures/index.ts";
import { Rest } from "../fixtures/rest.ts";
import { deployment, pod } from "../fixtures/workloads.ts";
import { Clusters } from "../pages/clusters.ts";
import { Decision } from "../pages/decision.ts";
import { Overview } from "../pages/overview.ts";
import { Resources } from "../pages/resources.ts";
import { Schedule } from "../pages/schedule.ts";
import { SignIn } from "../pages/sign-in.ts";

// The clusters are on loopback, which the server refuses unless it is told otherwise.
test.use({ serverOptions: { args: ["--allow-target", "127.0.0.0/8"] } });

const NODES = 3;
/** A pod takes up to some seconds to start, as kwok plays it. */
const STARTED = { timeout: 20_000 };

test("in the browser: register two real clusters, place a deployment, lose a cluster, place again", async ({ page, pilothouse, startCluster }) => {
  const real = { sh: await startCluster("ui-sh"), bj: await startCluster("ui-bj") };
  type Name = keyof typeof real;
  const names: [Name, Name] = ["sh", "bj"];
  const clusters = new Clusters(page);
  const pods = new Resources(page, "pods");
  const schedule = new Schedule(page);
  const decision = new Decision(page);

  await test.step("the set-up link makes the first account, and works once", async () => {
    const link = pilothouse.setupLink();
    await new SignIn(page).setUp(link, ADMIN.name, ADMIN.password);
    await expect(page.getByTestId("user-menu")).toContainText(ADMIN.name);
    const again = await page.request.post("/forms/setup", {
      headers: { origin: pilothouse.url, accept: "application/json" },
      form: { token: new URL(link).searchParams.get("token") ?? "", username: "second", password: ADMIN.password },
    });
    expect(again.ok(), await again.text()).toBe(false);
  });

  await test.step("register both through the dialog", async () => {
    for (const name of names) {
      await real[name].kubectl(["apply", "-f", "-"], pod(`first-of-${name}`));
      await clusters.open();
      await clusters.add(name, await real[name].kubeconfig(), `city=${name}`);
      await expect(clusters.status.locator('[data-state="Online"]')).toBeVisible();
    }
    await clusters.open();
    for (const name of names) {
      await expect(clusters.state(name)).toHaveAttribute("data-state", "Online");
      await expect(clusters.row(name)).toContainText(`${NODES} / ${NODES}`);
    }
  });

  await test.step("nodes and pods of both appear", async () => {
    const nodes = new Resources(page, "nodes");
    await nodes.open();
    for (const name of names) await expect(nodes.rowsOf(name)).toHaveCount(NODES);
    await pods.open();
    for (const name of names) await expect(pods.status(name, `first-of-${name}`)).toHaveAttribute("data-state", "Running", STARTED);
  });

  await test.step("a pod made with kubectl shows without a reload, and goes when it is deleted", async () => {
    await page.evaluate(() => ((window as any).samePage = true));
    await real.bj.kubectl(["apply", "-f", "-"], pod("by-hand"));
    await expect(pods.row("bj", "by-hand")).toBeVisible();
    await expect(pods.status("bj", "by-hand")).toHaveAttribute("data-state", "Running", STARTED);
    await real.bj.kubectl(["delete", "pod", "by-hand", "--grace-period=0", "--force"]);
    await expect(pods.row("bj", "by-hand")).toBeHidden();
    expect(await page.evaluate(() => (window as any).samePage)).toBe(true);
  });

  let [chosen, other] = names;
  await test.step("the form tells where a deployment would go, and why", async () => {
    await schedule.open();
    await schedule.write(deployment("checkout"));
    await expect(schedule.preview.candidates).toHaveCount(2);
    await expect(schedule.preview.summary).toHaveAttribute("data-outcome", "Scheduled");
    await expect(schedule.preview.funnel("fit")).toHaveText("2");
    for (const name of names) expect(await schedule.preview.total(name)).toBeGreaterThan(0);
  });

  await test.step("placed, its breakdown is on the page, and it becomes available there", async () => {
    await schedule.place();
    if ((await decision.target.getAttribute("data-cluster")) === other) [chosen, other] = [other, chosen];
    await expect(decision.target).toHaveAttribute("data-cluster", chosen);
    const { placement } = decision;
    expect(await placement.total(chosen)).toBeGreaterThanOrEqual(await placement.total(other));
    await expect(placement.candidates.first()).toHaveAttribute("data-testid", `candidate-${chosen}`);
    for (const scorer of ["LeastRequested", "BalancedAllocation", "FitHeadroom"]) {
      await expect(placement.scores.locator("th", { hasText: scorer })).toHaveCount(1);
    }
    await expect(decision.verdicts(chosen)).toBeVisible();
    await expect(decision.verdicts(other)).toBeVisible();
    await expect(decision.phase).toHaveAttribute("data-phase", "Available", { timeout: 45_000 });
    await expect(decision.attempt(chosen)).toHaveAttribute("data-phase", "Available");
    await expect(decision.attempt(chosen).getByTestId("object")).toHaveAttribute("data-result", "applied");
    const there = await real[chosen].kubectl(["get", "deployment", "checkout", "-o", "jsonpath={.status.availableReplicas}"]);
    expect(there).toBe("2");
    await pods.open("checkout");
    await expect(pods.rowsOf(chosen)).toHaveCount(2);
    await expect(pods.rowsOf(other)).toHaveCount(0);
  });

  await test.step("its API server stops: it leaves the pool within 10 s, and the page says so", async () => {
    const rest = new Rest(pilothouse.url, await pilothouse.token(ADMIN.name));
    await clusters.open();
    await real[chosen].stopApiServer();
    const gone = Date.now();
    await expect(clusters.state(chosen)).toHaveAttribute("data-state", "Offline", { timeout: 10_000 });
    await expect(clusters.noPlacements(chosen)).toHaveText("Takes no placements: it is Offline");
    await expect(clusters.noPlacements(other)).toHaveCount(0);
    const cluster = await rest.get(`/api/v1/clusters/${chosen}`);
    expect([cluster.state, cluster.schedulable]).toEqual(["Offline", false]);
    expect(Date.now() - gone, "milliseconds to leave the pool").toBeLessThan(10_000);
    await expect(clusters.state(other)).toHaveAttribute("data-state", "Online");
    const overview = new Overview(page);
    await overview.open();
    await expect(overview.attention(`/clusters/${chosen}`)).toContainText(cluster.reason);
    await expect(overview.attention(`/clusters/${other}`)).toHaveCount(0);
  });

  await test.step("the next placement goes to the other, and says why not to the first", async () => {
    await schedule.open();
    await schedule.write(deployment("payment"));
    await expect(schedule.preview.reason(chosen, "ClusterHealth")).toBeVisible();
    await expect(schedule.preview.candidates).toHaveCount(1);
    await schedule.place();
    await expect(decision.target).toHaveAttribute("data-cluster", other);
    await expect(decision.placement.reason(chosen, "ClusterHealth")).toContainText(/offline/i);
    await expect(decision.phase).toHaveAttribute("data-phase", "Available", { timeout: 45_000 });
  });
});
