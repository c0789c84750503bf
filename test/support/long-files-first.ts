import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take tens of seconds, most of them waiting for processes: begun first, they end beside
 * the others instead of after them. vitest itself knows only how large a file is.
 */
const LONG = [
  "test/notebooks/saved-notebooks.test.ts",
  "test/notebooks/run-notebook.test.ts",
  "test/chaos/",
  "test/cli/end-to-end.test.ts",
  "test/runner/durable-run.test.ts",
  "test/cli/",
  "test/simulation/",
  "test/server/outage.test.ts",
];

export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const { root } = this.ctx.config;
    const turnOf = ({ moduleId }: TestSpecification) => {
      const turn = LONG.findIndex((path) => relative(root, moduleId).startsWith(path));
      return turn < 0 ? LONG.length : turn;
    };
    return others.toSorted((a, b) => turnOf(a) - turnOf(b));
  }
}
