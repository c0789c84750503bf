import { describe, it } from "vitest";
import { hasGolden } from "./golden-files.ts";

export { listGolden, readGoldenJson, readGoldenText, readSharedText } from "./golden-files.ts";

/**
 * A suite over golden data. Where the folder is absent it becomes one skipped test that says what
 * was missed.
 */
export function describeGolden(title: string, cases: string, body: () => void): void {
  if (hasGolden) {
    describe(title, body);
    return;
  }
  it(`${title} (${cases})`, (context) => {
    context.skip(`${cases}: the folder ../shared/golden is absent`);
  });
}
