import type { AdmissionControl, SensorState } from "../../admission/admission-control.ts";
import { reasonText } from "../../admission/admission-control.ts";
import type { BreakerStatus } from "../../admission/breaker.ts";
import { BREAKER_OVERRIDES } from "../../admission/breaker.ts";
import type { ExecutionMode } from "../../admission/governor.ts";
import type { ThreadMemory, Vitals } from "../../admission/vitals.ts";
import { builder } from "../builder.ts";
import type { Admission } from "../context.ts";
import { outcome } from "./errors.ts";

/** Whether runs may begin, how hard the threads may work, and what the process is like. */

const ExecutionModeEnum = builder.enumType("ExecutionMode", {
  description: "How sweeps and the API share a process.",
  values: {
    STANDALONE: { description: "Sweeps get everything." },
    CONCURRENT: { description: "The API keeps a core's worth and its latency." },
    PRIORITY_LIVE: {
      description:
        "Sweeps yield as soon as the API's latency passes its warning line, but for CRITICAL runs.",
    },
  } satisfies Record<ExecutionMode, object>,
} as const);

const BreakerStateEnum = builder.enumType("BreakerState", {
  description: "Whether runs may begin.",
  values: {
    CLOSED: { description: "They may." },
    OPEN: { description: "None may; those under way go on, on one thread." },
    HALF_OPEN: { description: "One may, to see how it goes." },
  } as const,
});

const BreakerOverrideEnum = builder.enumType("BreakerOverride", {
  description: "What somebody has decided instead of the readings.",
  values: BREAKER_OVERRIDES,
});

const SensorLevelEnum = builder.enumType("SensorLevel", {
  description: "How a reading stands to its lines.",
  values: {
    CALM: { description: "Below `recover`, or nothing to say." },
    BETWEEN: { description: "Changes nothing." },
    WARN: { description: "Costs threads." },
    OPEN: { description: "Opens the breaker when it lasts." },
  } as const,
});

const BreakerType = builder.objectRef<BreakerStatus>("Breaker").implement({
  description: "Keeps runs from beginning while there is more than the process can do.",
  fields: (t) => ({
    state: t.field({ type: BreakerStateEnum, resolve: ({ state }) => state }),
    override: t.field({ type: BreakerOverrideEnum, resolve: ({ override }) => override }),
    reasons: t.stringList({
      description: "What opened it; none while it is closed.",
      resolve: ({ reasons }) => reasons.map(reasonText),
    }),
    trips: t.exposeInt("trips", {
      description: "Times that it opened by itself since the process began.",
    }),
    probing: t.exposeBoolean("probing", { description: "A run is being tried." }),
  }),
});

const UNIT = "Percent, number or milliseconds, as the name says.";

const SensorType = builder.objectRef<SensorState>("Sensor").implement({
  description: "Something that is looked at several times a second.",
  fields: (t) => ({
    name: t.exposeString("name"),
    value: t.exposeFloat("value", { nullable: true, description: `${UNIT} Null: nothing to say.` }),
    level: t.field({ type: SensorLevelEnum, resolve: ({ level }) => level }),
    recover: t.exposeFloat("recover", { description: `${UNIT} Below it all is well.` }),
    warn: t.exposeFloat("warn", { description: `${UNIT} From here on fewer threads score.` }),
    open: t.exposeFloat("open", {
      nullable: true,
      description: `${UNIT} From here on no run begins; null: never.`,
    }),
  }),
});

const ThreadMemoryType = builder.objectRef<ThreadMemory>("ThreadMemory").implement({
  description: "What a thread of the pool held when it last scored.",
  fields: (t) => ({
    no: t.exposeInt("no", { description: "No other thread of the process has had it." }),
    heapBytes: t.expose("heapBytes", { type: "SafeInt" }),
    arrayBytes: t.expose("arrayBytes", {
      type: "SafeInt",
      description: "Arrays, and the memory of its kernels.",
    }),
  }),
});

const VitalsType = builder.objectRef<Vitals>("Vitals").implement({
  description: "What the process is like.",
  fields: (t) => ({
    cores: t.exposeFloat("cores", {
      description: "Number that it may use; a quota may leave a fraction.",
    }),
    usedCores: t.exposeFloat("usedCores", { description: "Number of cores whose time it takes." }),
    memoryUsedBytes: t.expose("memoryUsedBytes", {
      type: "SafeInt",
      description: "Of the control group, or of the machine.",
    }),
    memoryLimitBytes: t.expose("memoryLimitBytes", { type: "SafeInt" }),
    residentBytes: t.expose("residentBytes", {
      type: "SafeInt",
      description: "Of the process with all its threads.",
    }),
    heapBytes: t.expose("heapBytes", { type: "SafeInt", description: "Of its main thread." }),
    threads: t.field({ type: [ThreadMemoryType], resolve: ({ threads }) => [...threads] }),
    databaseBytes: t.expose("databaseBytes", {
      type: "SafeInt",
      nullable: true,
      description: "Memory of the embedded database; null with a server.",
    }),
    eventLoopDelayP99Ms: t.exposeFloat("eventLoopDelayP99Ms", {
      description:
        "Milliseconds that the event loop is late in 99 of 100 looks at most, of a minute.",
    }),
    apiLatencyP50Ms: t.exposeFloat("apiLatencyP50Ms", {
      nullable: true,
      description: "Milliseconds that half of the queries of two seconds took; null without any.",
    }),
    apiLatencyP99Ms: t.exposeFloat("apiLatencyP99Ms", {
      nullable: true,
      description: "Milliseconds that 99 of 100 of them took at most.",
    }),
  }),
});

const AdmissionType = builder.objectRef<Admission>("Admission").implement({
  description: "Whether runs may begin in this process, and how hard its threads may work.",
  fields: (t) => ({
    mode: t.field({ type: ExecutionModeEnum, resolve: ({ control }) => control.mode }),
    breaker: t.field({ type: BreakerType, resolve: ({ control }) => control.breaker() }),
    threads: t.int({
      description: "Threads that may score now, of those that the pool has.",
      resolve: ({ control }) => control.allowed,
    }),
    sensors: t.field({ type: [SensorType], resolve: ({ control }) => [...control.sensors()] }),
    vitals: t.field({ type: VitalsType, resolve: (admission) => admission.vitals() }),
  }),
});

builder.queryField("admission", (t) =>
  t.field({
    type: AdmissionType,
    description: "Load of this process, and what it does about it.",
    resolve: (_root, _args, { services }) => services.admission,
  }),
);

/** A mutation of admission control; both answer with what it is then. */
function admissionPayload(name: string) {
  return builder.objectRef<{ readonly admission: Admission }>(name).implement({
    fields: (t) => ({
      admission: t.field({ type: AdmissionType, resolve: ({ admission }) => admission }),
    }),
  });
}

async function changed(admission: Admission, change: (control: AdmissionControl) => void) {
  change(admission.control);
  return { admission };
}

const SetExecutionModeInput = builder.inputType("SetExecutionModeInput", {
  fields: (t) => ({ mode: t.field({ type: ExecutionModeEnum, required: true }) }),
});
const SetExecutionModeResult = outcome(
  "SetExecutionModeResult",
  admissionPayload("SetExecutionModePayload"),
  ["VALIDATION"],
);

builder.mutationField("setExecutionMode", (t) =>
  t.field({
    type: SetExecutionModeResult.type,
    description:
      "Changes how sweeps and the API share this process, until it ends; the setting `mode` is " +
      "what it begins with. Needs scope ADMIN.",
    extensions: { scope: "admin" },
    args: { input: t.arg({ type: SetExecutionModeInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      SetExecutionModeResult.attempt(() =>
        changed(services.admission, (control) => control.setMode(input.mode)),
      ),
  }),
);

const OverrideBreakerInput = builder.inputType("OverrideBreakerInput", {
  fields: (t) => ({ override: t.field({ type: BreakerOverrideEnum, required: true }) }),
});
const OverrideBreakerResult = outcome(
  "OverrideBreakerResult",
  admissionPayload("OverrideBreakerPayload"),
  ["VALIDATION"],
);

builder.mutationField("overrideBreaker", (t) =>
  t.field({
    type: OverrideBreakerResult.type,
    description:
      "Keeps runs of this process from beginning (OPEN), lets them begin whatever is read " +
      "(CLOSED), or leaves it to the readings (AUTOMATIC), until it ends. Needs scope ADMIN.",
    extensions: { scope: "admin" },
    args: { input: t.arg({ type: OverrideBreakerInput, required: true }) },
    resolve: (_root, { input }, { services }) =>
      OverrideBreakerResult.attempt(() =>
        changed(services.admission, (control) => control.override(input.override)),
      ),
  }),
);
