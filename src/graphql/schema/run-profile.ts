import { PHASES, type Phase } from "../../core/stages/phase-clock.ts";
import type { RunProfile } from "../../core/stages/run-profile.ts";
import { builder } from "../builder.ts";

/** Where the time of a run went. */

const DESCRIPTIONS: Readonly<Record<Phase, string>> = {
  load: "Candles to the process, and what threads prepare for the sweep.",
  indicators: "Rows of indicators.",
  atoms: "Comparisons to planes, and planes to signals.",
  events: "Signals to trades, and the account where nothing else is asked for.",
  stops: "First hits of stops and targets.",
  metrics: "Ranking metrics of trades.",
  merge: "The best rows, of threads, chunks and stages.",
  persist: "Checkpoints and results, as far as no thread scored meanwhile.",
};

export const RunProfileType = builder.objectRef<RunProfile>("RunProfile").implement({
  description:
    "Milliseconds of wall time: those of all threads divided by their number. All but `wallMs` " +
    "add up to `wallMs`.",
  fields: (t) => ({
    wallMs: t.exposeFloat("wallMs", {
      description:
        "Milliseconds from the first claim to the end, or to now; of a synchronous run its " +
        "computing time.",
    }),
    threads: t.exposeInt("threads", { description: "Of all processes that worked on it." }),
    ...Object.fromEntries(
      PHASES.map((phase) => [
        `${phase}Ms`,
        t.float({
          description: `Milliseconds. ${DESCRIPTIONS[phase]}`,
          resolve: ({ phases }) => phases[phase],
        }),
      ]),
    ),
    idleMs: t.exposeFloat("idleMs", {
      description:
        "Milliseconds of the rest: threads without work of this run, the queue, time paused.",
    }),
  }),
});
