import type { RunSummary } from "../run-view.ts";
import { formatCount, NOT_AVAILABLE } from "./format.ts";
import { stageTitle } from "./progress-text.ts";
import { renderTable } from "./table.ts";

/** Runs, newest first, one line each. */
export function runsTable(runs: readonly RunSummary[]): string {
  if (runs.length === 0) return "no runs";
  return renderTable(
    [
      { title: "id", align: "left" },
      { title: "state", align: "left" },
      { title: "stage", align: "left" },
      { title: "done", align: "right" },
      { title: "dataset", align: "left" },
      { title: "created (UTC)", align: "left" },
      { title: "digest", align: "left" },
      { title: "label", align: "left" },
    ],
    runs.map((run) => [
      run.id,
      run.state,
      run.state === "SUCCEEDED" ? "-" : stageTitle(run.stage),
      `${formatCount(run.done)}/${formatCount(run.total)}`,
      run.dataset,
      run.createdAt.slice(0, 19).replace("T", " "),
      run.digest?.slice(0, 12) ?? NOT_AVAILABLE,
      run.label ?? "",
    ]),
  );
}
