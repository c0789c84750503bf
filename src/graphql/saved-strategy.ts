import { complaint, UserError } from "../core/user-error.ts";
import { canonicalJson } from "../plan/canonical-json.ts";
import { parseRunRequest } from "../plan/parse-request.ts";
import type { RunRequestInput } from "../plan/request.ts";
import { resolveStrategy } from "../plan/resolve-strategy.ts";
import { sha256Hex } from "../plan/variant-key.ts";
import type { SavedStrategySpec } from "../store/library-records.ts";
import type { ApiStore } from "./context.ts";
import { keyOf } from "./global-id.ts";
import { present, translatingPaths } from "./request-mapping.ts";
import type { RunRequestArg } from "./schema/request-inputs.ts";

type StrategyArg = RunRequestArg["strategy"];
export type StrategySource = Pick<ApiStore, "strategyVersion">;

/** What of a strategy is saved: checked as far as can be without candles. Throws UserError. */
export async function checkedStrategy(
  strategy: StrategyArg,
  at: string,
  source: StrategySource,
): Promise<{ readonly strategy: SavedStrategySpec; readonly hash: string }> {
  const input = { dataset: "none", strategy } as RunRequestArg;
  return translatingSaved(input, at, source, async (request) => {
    const parsed = parseRunRequest(request).strategy;
    const { complaints } = resolveStrategy(parsed);
    if (complaints.length > 0) throw new UserError("VALIDATION", complaints);
    return { strategy: parsed, hash: sha256Hex(canonicalJson(parsed)) };
  });
}

/**
 * As translatingPaths, with a saved strategy put in the place of its name. The work is told the
 * strategy's id, undefined for one that is written out.
 */
export async function translatingSaved<T>(
  input: RunRequestArg,
  at: string,
  source: StrategySource,
  work: (request: RunRequestInput, strategyId?: string) => Promise<T>,
): Promise<T> {
  const { saved, ...written } = input.strategy;
  if (saved == null) return translatingPaths(input, at, (request) => work(request));
  const path = `${at}.strategy.saved`;
  if (Object.keys(present(written)).length > 0) {
    const message = "stands alone: it is the whole strategy";
    throw new UserError("VALIDATION", complaint(path, message, saved.id, "no other field"));
  }
  const id = keyOf("Strategy", saved.id, `${path}.id`);
  const found = await source.strategyVersion(id, saved.version ?? null);
  if (found === null) throw notFound(path, saved);
  return translatingPaths({ ...input, strategy: {} }, at, (request) =>
    work({ ...request, strategy: found.strategy }, id),
  );
}

function notFound(
  path: string,
  { id, version }: { readonly id: string; readonly version?: number | null | undefined },
): UserError {
  const message = "there is no such strategy or version";
  const named = version == null ? id : `${id}, version ${version}`;
  return new UserError("NOT_FOUND", complaint(path, message, named));
}
