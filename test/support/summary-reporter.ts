import { writeFileSync } from "node:fs";
import { DefaultReporter, type TestCase, type TestModule } from "vitest/node";
import { closingLine, type TestCounts } from "./test-counts.ts";

type RunEnd = Parameters<DefaultReporter["onTestRunEnd"]>;

/**
 * Vitest's default report, then what passed only when it was tried again, then what was skipped
 * and why, then the closing line as the last one.
 * With TEST_COUNTS_FILE set the counts go to that file: scripts/test.ts adds its own to them.
 */
export class SummaryReporter extends DefaultReporter {
  override onTestRunEnd(...[modules, unhandledErrors, reason]: RunEnd): void {
    super.onTestRunEnd(modules, unhandledErrors, reason);
    for (const line of [...flakyReport(modules), ...skipReport(modules)]) console.log(line);
    const counts = countTests(modules, unhandledErrors.length);
    const file = process.env.TEST_COUNTS_FILE;
    if (file === undefined) console.log(closingLine(counts));
    else writeFileSync(file, JSON.stringify(counts));
  }
}

/** A file that does not load, a failing hook and a stray error are failures of their own. */
function countTests(modules: readonly TestModule[], unhandledErrors: number): TestCounts {
  let passed = 0;
  let failed = unhandledErrors;
  let skipped = 0;
  for (const module of modules) {
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") passed++;
      else if (state === "skipped") skipped++;
      else failed++;
    }
  }
  return { passed, failed, skipped };
}

/** A test that failed and then passed has a fault, or the program has: its error is shown. */
function flakyReport(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) =>
    [...module.children.allTests("passed")]
      .filter((test) => test.diagnostic()?.flaky)
      .map((test) => {
        const errors = test.result().errors ?? [];
        const causes = errors.map(({ message, stack }) => `\n  ${stack ?? message}`);
        return `FLAKY ${module.relativeModuleId}: ${test.fullName}${causes.join("")}`;
      }),
  );
}

function skipReport(modules: readonly TestModule[]): string[] {
  const counts = new Map<string, number>();
  for (const module of modules) {
    for (const test of module.children.allTests("skipped")) {
      const key = `${module.relativeModuleId}: ${skipReason(test)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts].map(([key, count]) => `SKIPPED ${count} in ${key}`);
}

function skipReason(test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return note ?? test.fullName;
}
