// Generated from admission.graphql by `npm run client`; not edited.

import type { Operation } from "../operation.ts";

export type AdmissionVariables = Readonly<Record<string, never>>;

export type AdmissionData = {
  readonly admission: {
    readonly mode: "CONCURRENT" | "PRIORITY_LIVE" | "STANDALONE";
    readonly threads: number;
    readonly breaker: {
      readonly state: "CLOSED" | "HALF_OPEN" | "OPEN";
      readonly override: "AUTOMATIC" | "CLOSED" | "OPEN";
      readonly reasons: readonly string[];
      readonly trips: number;
      readonly probing: boolean;
    };
    readonly sensors: readonly {
      readonly name: string;
      readonly value: number | null;
      readonly level: "BETWEEN" | "CALM" | "OPEN" | "WARN";
      readonly recover: number;
      readonly warn: number;
      readonly open: number | null;
    }[];
    readonly vitals: {
      readonly cores: number;
      readonly usedCores: number;
      readonly memoryUsedBytes: number;
      readonly memoryLimitBytes: number;
      readonly residentBytes: number;
      readonly heapBytes: number;
      readonly databaseBytes: number | null;
      readonly eventLoopDelayP99Ms: number;
      readonly apiLatencyP50Ms: number | null;
      readonly apiLatencyP99Ms: number | null;
      readonly threads: readonly {
        readonly no: number;
        readonly heapBytes: number;
        readonly arrayBytes: number;
      }[];
    };
  };
  readonly service: {
    readonly pool: { readonly size: number; readonly busy: number; readonly queuedChunks: number };
  };
};

export const admission: Operation<AdmissionData, AdmissionVariables> = {
  kind: "query",
  name: "admission",

  text: `query admission {
  admission {
    mode
    threads
    breaker {
      state
      override
      reasons
      trips
      probing
    }
    sensors {
      name
      value
      level
      recover
      warn
      open
    }
    vitals {
      cores
      usedCores
      memoryUsedBytes
      memoryLimitBytes
      residentBytes
      heapBytes
      databaseBytes
      eventLoopDelayP99Ms
      apiLatencyP50Ms
      apiLatencyP99Ms
      threads {
        no
        heapBytes
        arrayBytes
      }
    }
  }
  service {
    pool {
      size
      busy
      queuedChunks
    }
  }
}`,
};
