// Generated from list-workers.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export type ListWorkersVariables = Readonly<Record<string, never>>;

export type ListWorkersData = {
  readonly workers: readonly {
    readonly name: string;
    readonly host: string;
    readonly pid: number;
    readonly engineVersion: string;
    readonly packageVersion: string;
    readonly cores: number;
    readonly threads: number;
    readonly startedAt: string;
    readonly heartbeatAt: string;
    readonly lost: boolean;
    readonly chunks: readonly {
      readonly runId: string;
      readonly stage: "FINALIZING" | "STAGE_A" | "STAGE_B";
      readonly no: number;
    }[];
  }[];
};

export const listWorkers: Operation<ListWorkersData, ListWorkersVariables> = {
  kind: "query",
  name: "listWorkers",

  text: `query listWorkers {
  workers {
    name
    host
    pid
    engineVersion
    packageVersion
    cores
    threads
    startedAt
    heartbeatAt
    lost
    chunks {
      runId
      stage
      no
    }
  }
}`,
};
