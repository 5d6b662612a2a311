import type { Locator } from "@playwright/test";

/** Why a workload goes where it goes: the part that `/schedule` and `/decisions/{id}` share. */
export class Placement {
  constructor(private readonly within: Locator) {}

  get summary(): Locator {
    return this.within.getByTestId("schedule-summary");
  }

  /** The clusters that fit, best first. */
  get candidates(): Locator {
    return this.within.locator(".candidates > li");
  }

  candidate(cluster: string): Locator {
    return this.within.getByTestId(`candidate-${cluster}`);
  }

  /** The points of a candidate. */
  async total(cluster: string): Promise<number> {
    return Number(await this.candidate(cluster).getAttribute("data-total"));
  }

  get scores(): Locator {
    return this.within.getByTestId("score-table");
  }

  /** How many clusters were left after a stage. */
  funnel(stage: "registered" | "selected" | "healthy" | "fit"): Locator {
    return this.within.getByTestId(`funnel-${stage}`).locator("strong");
  }

  /** What a filter says against a cluster. */
  reason(cluster: string, filter: string): Locator {
    return this.within.getByTestId(`rejected-${cluster}`).locator(`[data-filter="${filter}"]`);
  }
}
