// Generated from schema.graphql by `npm run client`; not edited.

export type AxisInput =
  | { readonly number: number }
  | { readonly numbers: readonly number[] }
  | { readonly range: NumberRangeInput }
  | { readonly text: string }
  | { readonly texts: readonly string[] };

export interface CancelRunInput {
  readonly id: string;
  readonly reason?: string | null | undefined;
}

export interface CreateTokenInput {
  readonly expiresAt?: string | null | undefined;
  readonly name: string;
  readonly owner: string;
  readonly scope: "ADMIN" | "READ" | "RUN";
}

export interface DeleteRunInput {
  readonly id: string;
}

export interface ExecutionInput {
  readonly direction?: "LONG_ONLY" | "LONG_SHORT" | "SHORT_ONLY" | null | undefined;
  readonly entryDelayBars?: number | null | undefined;
  readonly feePct?: number | null | undefined;
  readonly fillMode?: "CLOSE" | "INTRABAR" | "NEXT_OPEN" | null | undefined;
  readonly fixedFee?: number | null | undefined;
  readonly fixedQuote?: number | null | undefined;
  readonly fundingLongPctPerBar?: number | null | undefined;
  readonly fundingShortPctPerBar?: number | null | undefined;
  readonly periodsPerYear?: number | null | undefined;
  readonly safeProfitPct?: number | null | undefined;
  readonly sizing?: "ALL_IN" | "FIXED_QUOTE" | "PROFIT_LOCK" | null | undefined;
  readonly slippagePct?: number | null | undefined;
  readonly spreadPct?: number | null | undefined;
  readonly startCash?: number | null | undefined;
}

export interface ExpressionsInput {
  readonly exitLong?: string | null | undefined;
  readonly exitShort?: string | null | undefined;
  readonly long?: string | null | undefined;
  readonly short?: string | null | undefined;
}

export interface IndicatorInput {
  readonly id: string;
  readonly name: string;
  readonly params?: readonly ParameterInput[] | null | undefined;
}

export interface NumberRangeInput {
  readonly start: number;
  readonly step: number;
  readonly stop: number;
}

export interface ParameterInput {
  readonly axis: AxisInput;
  readonly name: string;
}

export interface PauseRunInput {
  readonly id: string;
}

export interface RangeInput {
  readonly end?: string | null | undefined;
  readonly start?: string | null | undefined;
}

export interface RankingInput {
  readonly primary: RankingKeyInput;
  readonly secondary?: RankingKeyInput | null | undefined;
}

export interface RankingKeyInput {
  readonly direction?: "ASC" | "DESC" | null | undefined;
  readonly metric:
    | "CALMAR"
    | "EXPECTANCY_PCT"
    | "MAX_DRAWDOWN_PCT"
    | "NUM_TRADES"
    | "PROFIT_FACTOR"
    | "RETURN_OVER_MAX_DRAWDOWN"
    | "SHARPE"
    | "SORTINO"
    | "TOTAL_RETURN_PCT"
    | "WIN_RATE_PCT";
}

export interface ResumeRunInput {
  readonly id: string;
}

export interface RetryRunInput {
  readonly id: string;
}

export interface RevokeTokenInput {
  readonly id: string;
}

export type RiskAxisInput =
  | { readonly percent: number }
  | { readonly percents: readonly (number | null)[] }
  | { readonly range: NumberRangeInput };

export interface RiskInput {
  readonly stopLossPct?: RiskAxisInput | null | undefined;
  readonly takeProfitPct?: RiskAxisInput | null | undefined;
  readonly trailingStopPct?: RiskAxisInput | null | undefined;
}

export interface RunRequestInput {
  readonly dataset: string;
  readonly execution?: ExecutionInput | null | undefined;
  readonly label?: string | null | undefined;
  readonly preselect?: number | null | undefined;
  readonly range?: RangeInput | null | undefined;
  readonly ranking?: RankingInput | null | undefined;
  readonly risk?: RiskInput | null | undefined;
  readonly schedule?: ScheduleInput | null | undefined;
  readonly strategy: StrategyInput;
  readonly timeframe?:
    | "D1"
    | "H1"
    | "H2"
    | "H4"
    | "H6"
    | "H8"
    | "H12"
    | "M1"
    | "M3"
    | "M5"
    | "M15"
    | "M30"
    | null
    | undefined;
  readonly topK?: number | null | undefined;
  readonly warmupBars?: number | null | undefined;
}

export interface SavedStrategyInput {
  readonly id: string;
  readonly version?: number | null | undefined;
}

export interface ScheduleInput {
  readonly chunkVariants?: number | null | undefined;
  readonly columns?:
    | readonly (
        | "CALMAR"
        | "EXPECTANCY_PCT"
        | "MAX_DRAWDOWN_PCT"
        | "NUM_TRADES"
        | "PROFIT_FACTOR"
        | "RETURN_OVER_MAX_DRAWDOWN"
        | "SHARPE"
        | "SORTINO"
        | "TOTAL_RETURN_PCT"
        | "WIN_RATE_PCT"
      )[]
    | null
    | undefined;
  readonly deadline?: string | null | undefined;
  readonly keepColumns?: boolean | null | undefined;
  readonly priority?: "BULK" | "CRITICAL" | "HIGH" | "LOW" | "NORMAL" | null | undefined;
  readonly timeLimitSeconds?: number | null | undefined;
  readonly workers?: number | null | undefined;
}

export interface SignalInput {
  readonly against?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly of: string;
  readonly params?: readonly ParameterInput[] | null | undefined;
  readonly rule: string;
}

export interface StartRunInput {
  readonly idempotencyKey?: string | null | undefined;
  readonly request: RunRequestInput;
}

export interface StrategyInput {
  readonly constraint?: string | null | undefined;
  readonly expressions?: ExpressionsInput | null | undefined;
  readonly indicators?: readonly IndicatorInput[] | null | undefined;
  readonly parameters?: readonly ParameterInput[] | null | undefined;
  readonly saved?: SavedStrategyInput | null | undefined;
  readonly signals?: readonly SignalInput[] | null | undefined;
}
