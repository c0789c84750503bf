/**
 * Codes of mistakes a user can make; the API maps each to a result type, the command line to an
 * exit code.
 */
export const USER_ERROR_CODES = [
  "VALIDATION",
  "GRID_TOO_LARGE",
  "MEMORY_BUDGET_EXCEEDED",
  "QUEUE_FULL",
  "SERVICE_OVERLOADED",
  "QUOTA_EXCEEDED",
  "IDEMPOTENCY_CONFLICT",
  "NOT_FOUND",
  "CONFLICT",
  "FORBIDDEN",
  "DEADLINE_EXCEEDED",
] as const;
export type UserErrorCode = (typeof USER_ERROR_CODES)[number];

export interface Complaint {
  /** Dotted path into the input, e.g. `strategy.indicators.fast.params.window`. */
  readonly path: string;
  readonly message: string;
  /** The offending value and what was expected, as text a person can read. */
  readonly value: string | null;
  readonly bound: string | null;
}

/**
 * A mistake in what a user asked for, found before any work begins. It carries every complaint
 * found; the first one gives `path`, `value` and `bound`. `details` holds the code's own fields
 * (GRID_TOO_LARGE: stage, requested, allowed; QUEUE_FULL and SERVICE_OVERLOADED: retryAfterMs;
 * QUOTA_EXCEEDED: used, allowed).
 */
export class UserError extends Error {
  readonly code: UserErrorCode;
  readonly complaints: readonly Complaint[];
  readonly details: Readonly<Record<string, string | number>>;

  constructor(
    code: UserErrorCode,
    complaints: Complaint | readonly Complaint[],
    details: Readonly<Record<string, string | number>> = {},
  ) {
    const list = Array.isArray(complaints)
      ? (complaints as readonly Complaint[])
      : [complaints as Complaint];
    super(list.map((c) => (c.path === "" ? c.message : `${c.path}: ${c.message}`)).join("; "));
    this.name = "UserError";
    this.code = code;
    this.complaints = list;
    this.details = details;
  }
}

/** A complaint with value and bound rendered as short text. */
export function complaint(
  path: string,
  message: string,
  value?: unknown,
  bound?: unknown,
): Complaint {
  return { path, message, value: brief(value), bound: brief(bound) };
}

function brief(value: unknown): string | null {
  if (value === undefined) return null;
  const text = typeof value === "string" ? value : asText(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}

function asText(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value, (_, member) => (beyondJson(member) ? String(member) : member));
  } catch {
    // A circular value: what it is must do.
    return String(value);
  }
}

/** NaN and the infinities would become null, and a bigint would throw. */
function beyondJson(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "bigint";
}
