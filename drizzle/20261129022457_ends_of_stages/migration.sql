-- The ends of stages are a statement each: whoever shares the session of an embedded database would wait for every
-- answer of a longer transaction.
--
-- Rows of a run's results as json, by the names of src/store/records.ts; a repeat changes nothing.
CREATE FUNCTION "add_results"("of_run" text, "its_rows" json) RETURNS void LANGUAGE sql AS $$
  INSERT INTO results (run_id, rank, variant_index, variant_key, params, stop_loss_pct, trailing_stop_pct,
    take_profit_pct, metrics)
  SELECT of_run, r."rank", r."variantIndex", r."variantKey", r."params", r."stopLossPct", r."trailingStopPct",
    r."takeProfitPct", r."metrics"
  FROM json_to_recordset(its_rows) AS r("rank" integer, "variantIndex" bigint, "variantKey" text, "params" json,
    "stopLossPct" double precision, "trailingStopPct" double precision, "takeProfitPct" double precision,
    "metrics" json)
  ON CONFLICT DO NOTHING
$$;--> statement-breakpoint
-- Whether it has ended by this: `its_end` is {state, digest, error, best, spent}, of which a missing error or best
-- leaves that of the run. A cancel or a pause that came in before is obeyed, where the end is no stop by itself.
CREATE FUNCTION "finish_run"("of_run" text, "its_end" json, "its_rows" json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  succeeds boolean := its_end ->> 'state' = 'SUCCEEDED';
  moment timestamptz;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED') THEN RETURN FALSE; END IF;
  IF succeeds AND (run.stop_state IS NOT NULL OR run.state = 'PAUSED' OR run.stage <> 'FINALIZING') THEN
    RETURN FALSE;
  END IF;
  PERFORM add_results(of_run, its_rows);
  IF succeeds AND run.plan #>> '{request,schedule,keepColumns}' = 'false' THEN
    UPDATE chunk_results SET columns = NULL WHERE run_id = of_run;
  END IF;
  UPDATE chunks SET state = 'PENDING', worker = NULL, lease_until = NULL, scored = 0
  WHERE run_id = of_run AND state = 'RUNNING';
  moment := date_trunc('milliseconds', clock_timestamp());
  run.best := coalesce(its_end -> 'best', run.best);
  run.error := coalesce(its_end -> 'error', run.error);
  UPDATE runs SET state = its_end ->> 'state', digest = its_end ->> 'digest', error = run.error, best = run.best,
    spent = add_spent(run.spent, its_end -> 'spent'), last_seq = run.last_seq + 1, finished_at = moment,
    end_worker = NULL, end_lease_until = NULL
  WHERE id = of_run;
  INSERT INTO events (run_id, seq, at, kind, state, stage, done, total, variants_per_second, best, message)
  VALUES (of_run, run.last_seq + 1, moment, its_end ->> 'state', its_end ->> 'state', run.stage, run.done, run.total,
    run.variants_per_second, run.best, coalesce(run.error ->> 'message', run.stop_reason));
  RETURN TRUE;
END $$;--> statement-breakpoint
-- Whether Stage B begins by this: `bases` is the packed shortlist of `positions` variants, each of which counts for
-- `cells`, cut into chunks of `size` positions.
CREATE FUNCTION "begin_stage_b"("of_run" text, "its_bases" bytea, "positions" bigint, "size" bigint, "cells" bigint,
  "its_spent" json) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  moment timestamptz;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.stage <> 'STAGE_A' OR run.state NOT IN ('QUEUED', 'RUNNING') OR run.stop_state IS NOT NULL THEN
    RETURN FALSE;
  END IF;
  INSERT INTO shortlists (run_id, bases) VALUES (of_run, its_bases) ON CONFLICT DO NOTHING;
  INSERT INTO chunks (run_id, stage, no, start_index, end_index, state)
  SELECT of_run, 'STAGE_B', n, n * size, least((n + 1) * size, positions), 'PENDING'
  FROM generate_series(0, (positions + size - 1) / size - 1) AS n
  ON CONFLICT DO NOTHING;
  run.plan := NULL;
  moment := date_trunc('milliseconds', clock_timestamp());
  run.stage := 'STAGE_B';
  run.total := positions * cells;
  run.done := 0;
  run.variants_per_second := NULL;
  run := add_event(run, 'STAGE', moment);
  UPDATE runs SET stage = 'STAGE_B', total = run.total, stored = 0, done = 0, variants_per_second = NULL,
    progress_at = moment, stage_at = moment, last_seq = run.last_seq, end_attempts = 0, end_worker = NULL,
    end_lease_until = NULL, spent = add_spent(run.spent, its_spent)
  WHERE id = of_run;
  RETURN TRUE;
END $$;
