import type { Locator, Page } from "@playwright/test";
import { Placement } from "./placement.ts";

/** `/decisions/{id}`. */
export class Decision {
  readonly placement: Placement;

  constructor(private readonly page: Page) {
    this.placement = new Placement(page.locator(".decision"));
  }

  get phase(): Locator {
    return this.page.getByTestId("decision-phase");
  }

  get target(): Locator {
    return this.page.getByTestId("decision-target");
  }

  /** One try on one cluster. */
  attempt(cluster: string): Locator {
    return this.page.locator(`[data-testid="attempt"][data-cluster="${cluster}"]`);
  }

  /** Every filter's verdict on a cluster. */
  verdicts(cluster: string): Locator {
    return this.page.locator(`[data-testid="verdicts"][data-cluster="${cluster}"]`);
  }
}
