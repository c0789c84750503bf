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
  "test/runner/stopped-run.test.ts",
  "test/runner/durable-run.test.ts",
  "test/store/backup.test.ts",
  "test/server/outage.test.ts",
  "test/cli/",
  "test/runner/",
  "test/pool/",
  "test/simulation/",
  "test/core/stages/engine-parity.test.ts",
];

/** Files of one project follow one another, for whoever shares a process ends with the next one. */
const PROJECTS = ["whole", "service", "pure"];

export class LongFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    const { root } = this.ctx.config;
    const turnOf = ({ moduleId, project }: TestSpecification) => {
      const turn = LONG.findIndex((path) => relative(root, moduleId).startsWith(path));
      return [PROJECTS.indexOf(project.name), turn < 0 ? LONG.length : turn] as const;
    };
    return others.toSorted((a, b) => {
      const [projectA, turnA] = turnOf(a);
      const [projectB, turnB] = turnOf(b);
      return projectA - projectB || turnA - turnB;
    });
  }
}
