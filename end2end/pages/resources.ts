import type { Locator, Page } from "@playwright/test";
import { hydrated } from "../fixtures/hydration.ts";

/** `/resources/{kind}`. */
export class Resources {
  constructor(
    private readonly page: Page,
    private readonly kind: "pods" | "nodes" | "deployments",
  ) {}

  /** Opens the list, of what `query` asks for. */
  async open(query = "", sort = ""): Promise<void> {
    await this.page.goto(`/resources/${this.kind}?q=${encodeURIComponent(query)}&sort=${sort}`);
    await hydrated(this.page);
  }

  /** All rows that the browser holds. */
  get rows(): Locator {
    return this.page.getByTestId("row");
  }

  /** Scrolls the page to a part of its height. */
  async scrollTo(part: number): Promise<void> {
    await this.page.evaluate((part) => window.scrollTo(0, part * document.documentElement.scrollHeight), part);
  }

  /** The uids of the rows in sight. */
  inSight(): Promise<string[]> {
    return this.rows.evaluateAll((rows) =>
      rows
        .filter((row) => row.getBoundingClientRect().bottom > 0 && row.getBoundingClientRect().top < innerHeight)
        .map((row) => row.id.replace(/^row-/, "")),
    );
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
