/** What `import ... from "sweepline/client"` gives; operations are imported one by one. */
export { AnswerErrors, ApiClient, ConnectionLost } from "./api-client.ts";
export { type FollowOptions, followRun, type ProgressEvent } from "./follow-run.ts";
export type { Operation } from "./operation.ts";
export { startRun } from "./operations/start-run.ts";
export { topRows } from "./operations/top-rows.ts";
