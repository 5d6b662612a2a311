import { expect, test } from "../fixtures/clusters.ts";

test("a real cluster runs a deployment, and survives the loss of its API server", async ({ startCluster }) => {
  const cluster = await startCluster("self", { nodes: 2, cpu: "2" });

  const nodes = JSON.parse(await cluster.kubectl(["get", "nodes", "-o", "json"]));
  expect(nodes.items.map((node: any) => node.status.allocatable)).toEqual(
    [1, 2].map(() => expect.objectContaining({ cpu: "2", memory: "8Gi", pods: "110" })),
  );

  await cluster.kubectl(["create", "deployment", "web", "--image=registry.example/web:1", "--replicas=2"]);
  await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=50s"]);
  const [pod] = JSON.parse(await cluster.kubectl(["get", "pods", "-o", "json"])).items;
  expect(pod.status.phase).toBe("Running");
  expect(await cluster.kubectl(["logs", pod.metadata.name])).toContain("ready");

  await cluster.stopApiServer();
  await expect(cluster.kubectl(["get", "nodes"])).rejects.toThrow(/refused/);
  await cluster.startApiServer();
  expect(await cluster.kubectl(["get", "deployment", "web", "-o", "name"])).toBe("deployment.apps/web\n");
});
