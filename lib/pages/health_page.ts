import type { Page } from "./page.ts";
import { textAnswer } from "./pages.ts";

/** `/-/health`: the process is alive. Says nothing of the Hub, so that nobody restarts it for the Hub's sake. */
export const HEALTH_PAGE: Page = {
  answer: () => textAnswer(200, "healthy"),
};
