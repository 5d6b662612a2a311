import type { Locator, Page } from "@playwright/test";
import { hydrated } from "../fixtures/hydration.ts";

/** `/resources/{kind}`. */
export class Resources {
  constructor(
    private readonly page: Page,
    private readonly kind: "pods" | "nodes" | "deployments",
  ) {}

  /** Opens the list, of what `query` asks for. */
  async open(query = ""): Promise<void> {
    await this.page.goto(`/resources/${this.kind}?q=${encodeURIComponent(query)}`);
    await hydrated(this.page);
  }

  /** The rows of one cluster. */
  rowsOf(cluster: string): Locator {
    return this.page.locator(`[data-testid="row"][data-cluster="${cluster}"]`);
  }

  row(cluster: string, name: string): Locator {
    return this.page.locator(`[data-testid="row"][data-cluster="${cluster}"][data-name="${name}"]`);
  }

  /** The badge with the status of an object. */
  status(cluster: string, name: string): Locator {
    return this.row(cluster, name).getByTestId("state");
  }

  /** The line that says whose rows are not the present. */
  partial(cluster: string): Locator {
    return this.page.locator(`[data-testid="partial"][data-cluster="${cluster}"]`);
  }
}
