import { expect, type Page } from "@playwright/test";
import { hydrated } from "../fixtures/hydration.ts";
import { Placement } from "./placement.ts";

/** `/schedule`. */
export class Schedule {
  /** Where it would go. */
  readonly preview: Placement;

  constructor(private readonly page: Page) {
    this.preview = new Placement(page.getByTestId("schedule-answer"));
  }

  async open(): Promise<void> {
    await this.page.goto("/schedule");
    await hydrated(this.page);
  }

  async write(manifests: string): Promise<void> {
    await this.page.getByTestId("schedule-manifest").fill(manifests);
  }

  /** Places what is written, and ends at the decision. */
  async place(): Promise<void> {
    await this.page.getByTestId("schedule-submit").click();
    await expect(this.page).toHaveURL(/\/decisions\/[^/]+$/);
  }
}
