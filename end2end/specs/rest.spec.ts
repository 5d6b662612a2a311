import { expect, test } from "../fixtures/index.ts";
import { deployment, pod } from "../fixtures/workloads.ts";

// The clusters are on loopback, which the server refuses unless it is told otherwise.
test.use({ serverOptions: { args: ["--allow-target", "127.0.0.0/8"] } });

const YAML = { "content-type": "application/yaml" };

test("by REST alone: register two real clusters, place a deployment, lose a cluster, place again", async ({ admin, startCluster }) => {
  const clusters = { sh: await startCluster("rest-sh"), bj: await startCluster("rest-bj") };
  type Name = keyof typeof clusters;
  const names = Object.keys(clusters) as Name[];

  await test.step("register", async () => {
    for (const name of names) {
      const kubeconfig = await clusters[name].kubeconfig();
      const added = await admin.request("POST", "/api/v1/clusters", {
        name,
        labels: { city: name },
        credential: { kind: "kubeconfig", kubeconfig },
      });
      expect(added.status, JSON.stringify(added.body)).toBe(201);
      expect(JSON.stringify(added.body)).not.toContain(kubeconfig.match(/token: (\S+)/)?.[1]);
      const again = await admin.request("POST", "/api/v1/clusters", { name: `${name}-again`, credential: { kind: "kubeconfig", kubeconfig } });
      expect([again.status, again.body.code]).toEqual([409, "duplicate_cluster"]);
    }
    await expect(async () => {
      const { items } = await admin.get("/api/v1/clusters");
      expect(items.map((cluster: any) => [cluster.name, cluster.state, cluster.schedulable])).toEqual([
        ["bj", "Online", true],
        ["sh", "Online", true],
      ]);
    }).toPass({ timeout: 20_000 });
  });

  await test.step("nodes of both, and a pod made with kubectl", async () => {
    await expect(async () => {
      const nodes = await admin.get("/api/v1/resources/nodes");
      expect(nodes.total).toBe(6);
      expect(nodes.clusters.every((cluster: any) => cluster.age < 5 && !cluster.stale)).toBe(true);
    }).toPass({ timeout: 10_000 });
    await clusters.sh.kubectl(["apply", "-f", "-"], pod("by-hand"));
    await expect(async () => {
      const pods = await admin.get("/api/v1/resources/pods?q=" + encodeURIComponent("cluster:sh label:made-by=kubectl status:Running"));
      expect(pods.rows.map((row: any) => [row.cluster, row.name, row.phase])).toEqual([["sh", "by-hand", "Running"]]);
    }).toPass({ timeout: 20_000 });
  });

  let chosen: Name = "sh";
  await test.step("place a deployment and see it become available", async () => {
    const plan = await admin.request("POST", "/v1/schedule?dryRun=plan", deployment("checkout"), YAML);
    expect([plan.status, plan.body.outcome, plan.body.phase]).toEqual([200, "Scheduled", "Planned"]);
    expect(plan.body.verdicts.map((verdict: any) => verdict.cluster).sort()).toEqual(["bj", "sh"]);

    const key = { ...YAML, "idempotency-key": "checkout-1" };
    const started = await admin.request("POST", "/v1/schedule", deployment("checkout"), key);
    expect([started.status, started.body.outcome], JSON.stringify(started.body)).toEqual([201, "Scheduled"]);
    chosen = started.body.target.cluster;
    const replayed = await admin.request("POST", "/v1/schedule", deployment("checkout"), key);
    expect([replayed.status, replayed.headers.get("idempotent-replayed"), replayed.body.id]).toEqual([200, "true", started.body.id]);
    const mismatch = await admin.request("POST", "/v1/schedule", deployment("other"), key);
    expect([mismatch.status, mismatch.body.code]).toEqual([422, "idempotency_mismatch"]);

    await expect(async () => {
      const decision = await admin.get(`/api/v1/decisions/${started.body.id}`);
      expect(decision.phase).toBe("Available");
    }).toPass({ timeout: 45_000 });
    const there = await clusters[chosen].kubectl(["get", "deployment", "checkout", "-o", "jsonpath={.status.availableReplicas}"]);
    expect(there).toBe("2");
  });

  await test.step("lose that cluster: it leaves the pool, and the next placement goes to the other", async () => {
    await clusters[chosen].stopApiServer();
    await expect(async () => {
      const cluster = await admin.get(`/api/v1/clusters/${chosen}`);
      expect([cluster.state, cluster.schedulable]).toEqual(["Offline", false]);
    }).toPass({ timeout: 10_000, intervals: [250] });
    const next = await admin.request("POST", "/v1/schedule", deployment("payment"), YAML);
    expect([next.status, next.body.outcome]).toEqual([201, "Scheduled"]);
    expect(next.body.target.cluster).toBe(names.find((name) => name !== chosen));
    const rejected = next.body.rejected.find((one: any) => one.cluster === chosen);
    expect(rejected.reasons.map((reason: any) => reason.filter)).toContain("ClusterHealth");
  });
});

test("what must not be registered is refused by name, without an echo", async ({ admin }) => {
  const kubeconfig = (user: string, cluster = "server: https://cluster.example:6443") =>
    `apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {${cluster}}}]\n` +
    `users: [{name: u, user: {${user}}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n`;
  const refused = [
    kubeconfig("exec: {apiVersion: client.authentication.k8s.io/v1, command: hunter2-program}"),
    kubeconfig("auth-provider: {name: hunter2-provider}"),
    kubeconfig("client-certificate: /etc/hunter2.pem, client-key: /etc/hunter2.key"),
    kubeconfig("tokenFile: /var/run/hunter2"),
    kubeconfig("token: hunter2, as: hunter2-admin"),
    kubeconfig("token: hunter2", "server: https://cluster.example:6443, proxy-url: http://hunter2.example"),
    kubeconfig("token: hunter2", "server: https://cluster.example:6443, insecure-skip-tls-verify: true"),
  ];
  for (const text of refused) {
    const answer = await admin.request("POST", "/api/v1/clusters", { name: "bad", credential: { kind: "kubeconfig", kubeconfig: text } });
    expect(answer.status, text).toBe(422);
    expect(answer.body.fields.length, text).toBeGreaterThan(0);
    expect(JSON.stringify(answer.body), text).not.toContain("hunter2");
  }
  const loopback = await admin.request("POST", "/api/v1/clusters", {
    name: "metadata",
    credential: { kind: "token", server: "https://169.254.169.254", token: "hunter2" },
  });
  expect([loopback.status, JSON.stringify(loopback.body).includes("target_forbidden")]).toEqual([422, true]);
  expect((await admin.get("/api/v1/clusters")).items).toEqual([]);
});
