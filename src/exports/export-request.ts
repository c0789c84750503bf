import { complaint, UserError } from "../core/user-error.ts";

export const EXPORT_CONTENTS = ["best", "variants", "trades", "equity"] as const;
export const EXPORT_FORMATS = ["csv", "jsonl", "parquet"] as const;
export type ExportContent = (typeof EXPORT_CONTENTS)[number];
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is exported of a run, and as what. */
export interface ExportRequest {
  /**
   * `best`: the stored rows with all ranking metrics. `variants`: every variant of a stage with its
   * parameters and metric columns. `trades` and `equity` of one variant.
   */
  readonly what: ExportContent;
  readonly format: ExportFormat;
  /** Of `variants`. */
  readonly stage: "STAGE_A" | "STAGE_B";
  /** Of `trades` and `equity`. */
  readonly variant: { readonly rank: number } | { readonly variantIndex: number };
}

const STAGES = { A: "STAGE_A", B: "STAGE_B" } as const;

/**
 * Parameters as a query string or the command line has them. Throws UserError VALIDATION with every
 * one that is wrong or unknown.
 */
export function parseExportRequest(given: Readonly<Record<string, string>>): ExportRequest {
  const known = ["what", "format", "stage", "rank", "variantIndex"];
  const found = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => complaint(name, "is no parameter of an export", name, known.join(", ")));
  const choose = <T extends string>(name: string, of: readonly T[], byDefault: T): T => {
    const value = given[name] ?? byDefault;
    if ((of as readonly string[]).includes(value)) return value as T;
    found.push(complaint(name, "is none of these", value, of.join(" | ")));
    return byDefault;
  };
  const whole = (name: string, least: number): number | null => {
    const text = given[name];
    if (text === undefined) return null;
    const value = Number(text);
    if (/^\d{1,16}$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    found.push(complaint(name, "must be a whole number", text, `>= ${least}`));
    return null;
  };
  const what = choose("what", EXPORT_CONTENTS, "best");
  const format = choose("format", EXPORT_FORMATS, "csv");
  const stage = STAGES[choose("stage", ["A", "B"], "A")];
  const [rank, variantIndex] = [whole("rank", 1), whole("variantIndex", 0)];
  if (rank !== null && variantIndex !== null) {
    found.push(complaint("rank", "name either the rank or the variantIndex", "both"));
  }
  if (found.length > 0) throw new UserError("VALIDATION", found);
  const variant = variantIndex === null ? { rank: rank ?? 1 } : { variantIndex };
  return { what, format, stage, variant };
}
