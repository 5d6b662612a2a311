import { expect, type Locator, type Page } from "@playwright/test";
import { hydrated } from "../fixtures/hydration.ts";

/** `/clusters`, its dialog that adds a cluster, and `/clusters/{name}`. */
export class Clusters {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/clusters");
    await hydrated(this.page);
  }

  row(name: string): Locator {
    return this.page.locator(`[data-testid="row"][data-cluster="${name}"]`);
  }

  /** The badge with the state of a cluster in the table. */
  state(name: string): Locator {
    return this.row(name).getByTestId("state").first();
  }

  /** Says that a cluster takes no placements, and why. */
  noPlacements(name: string): Locator {
    return this.row(name).getByTestId("no-placements");
  }

  /** The line at the top of one cluster's page. */
  get status(): Locator {
    return this.page.getByTestId("cluster-status");
  }

  /** Adds a cluster by its kubeconfig: tries the connection, saves, and ends at the cluster's page. */
  async add(name: string, kubeconfig: string, labels: string): Promise<void> {
    await this.page.getByTestId("add-cluster").first().click();
    const dialog = this.page.getByTestId("add-dialog");
    await dialog.getByTestId("field-name").fill(name);
    await dialog.getByRole("textbox", { name: "Kubeconfig" }).fill(kubeconfig);
    await dialog.getByText("Labels, weight, taints, namespaces").click();
    await dialog.getByRole("textbox", { name: "Labels" }).fill(labels);
    await dialog.getByTestId("test-cluster").click();
    await expect(dialog.getByTestId("test-result")).toHaveAttribute("data-reachable", "true");
    await dialog.getByTestId("save-cluster").click();
    await expect(this.page).toHaveURL(new RegExp(`/clusters/${name}$`));
    await hydrated(this.page);
  }
}
