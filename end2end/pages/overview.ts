import type { Locator, Page } from "@playwright/test";
import { hydrated } from "../fixtures/hydration.ts";

/** `/`. */
export class Overview {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/");
    await hydrated(this.page);
  }

  /** What needs a person, by the page where they would see to it. */
  attention(address: string): Locator {
    return this.page.getByTestId("attention-row").filter({ has: this.page.locator(`a[href="${address}"]`) });
  }
}
