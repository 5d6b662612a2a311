import { expect, type Page } from "@playwright/test";

/** `/login` and `/setup`. */
export class SignIn {
  constructor(private readonly page: Page) {}

  async signIn(name: string, password: string): Promise<void> {
    await this.page.goto("/login");
    await this.fill(name, password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await expect(this.page).not.toHaveURL(/\/login/);
  }

  /** Follows the link that the server printed, makes the first administrator, and ends signed in. */
  async setUp(link: string, name: string, password: string): Promise<void> {
    await this.page.goto(link);
    await this.fill(name, password);
    await this.page.getByRole("button", { name: "Create admin" }).click();
    await expect(this.page).not.toHaveURL(/\/setup/);
  }

  private async fill(name: string, password: string): Promise<void> {
    await this.page.getByLabel("User name").fill(name);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
  }
}
