-- A run that is passed to a function goes with all its columns: without the plan, which may be long, it is light.
DROP FUNCTION "with_best";--> statement-breakpoint
CREATE FUNCTION "with_best"("run" "runs", "best" json, "ranking" json) RETURNS "runs"
LANGUAGE plpgsql AS $$
BEGIN
  IF best IS NULL THEN RETURN run; END IF;
  IF run.best_stage IS DISTINCT FROM run.stage THEN
    run.best := best;
    run.best_stage := run.stage;
  ELSE
    run.best := better_best(ranking, run.best, best);
  END IF;
  RETURN run;
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION "store_chunk"("of_run" text, "chunk" json, "its_rows" bytea, "its_columns" bytea,
  "its_best" json, "its_spent" json, "wish" json) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  next chunks;
  its_stage text := chunk ->> 'stage';
  its_no integer := chunk ->> 'no';
  its_scored bigint := chunk ->> 'scored';
  moment timestamptz;
  complete boolean;
  goes_on boolean;
  ranking json;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED') OR run.stage <> its_stage THEN
    RETURN json_build_object('stored', FALSE, 'stageComplete', FALSE, 'next', NULL, 'left', FALSE);
  END IF;
  UPDATE chunks SET state = 'DONE', scored = its_scored, lease_until = NULL
  WHERE run_id = of_run AND stage = its_stage AND no = its_no AND state IN ('PENDING', 'RUNNING');
  IF NOT FOUND THEN
    RETURN json_build_object('stored', FALSE, 'stageComplete', FALSE, 'next', NULL, 'left', FALSE);
  END IF;
  INSERT INTO chunk_results (run_id, stage, no, start_index, end_index, scored, stride, rows, columns)
  VALUES (of_run, its_stage, its_no, (chunk ->> 'from')::bigint, (chunk ->> 'to')::bigint, its_scored,
    (chunk ->> 'stride')::integer, its_rows, its_columns);

  IF its_best IS NOT NULL THEN ranking := run.plan #> '{sweep,ranking}'; END IF;
  run.plan := NULL;
  moment := date_trunc('milliseconds', clock_timestamp());
  complete := NOT EXISTS (SELECT FROM chunks WHERE run_id = of_run AND stage = its_stage
    AND state IN ('PENDING', 'RUNNING', 'PARTIAL'));
  goes_on := NOT complete AND run.state = 'RUNNING' AND run.stop_state IS NULL;
  run.stored := run.stored + its_scored;
  run.spent := add_spent(run.spent, its_spent);
  run := with_best(advance_run(run, run.stored + in_flight(run), moment), its_best, ranking);
  IF NOT complete THEN
    run := tell_progress(run, moment);
    IF goes_on AND wish IS NOT NULL AND NOT is_outranked(run) THEN
      next := take_chunk(run, NULL, wish ->> 'worker', (wish ->> 'leaseMs')::double precision);
      goes_on := FALSE;
    END IF;
  ELSIF its_stage = 'STAGE_A' THEN
    run.done := run.total;
    run := add_event(run, 'PROGRESS', moment);
  ELSE
    run.done := run.total;
    run.stage := 'FINALIZING';
    run := add_event(run, 'STAGE', moment);
    UPDATE runs SET stage = 'FINALIZING' WHERE id = of_run;
  END IF;
  UPDATE runs SET stored = run.stored, done = run.done, variants_per_second = run.variants_per_second,
    progress_at = run.progress_at, stage_at = run.stage_at, progress_event_at = run.progress_event_at,
    best = run.best, best_stage = run.best_stage, last_seq = run.last_seq, spent = run.spent
  WHERE id = of_run;
  RETURN json_build_object('stored', TRUE, 'stageComplete', complete,
    'next', CASE WHEN next.no IS NULL THEN NULL ELSE row_to_json(next) END,
    'left', goes_on AND has_claimable(run));
END $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION "report_progress"("of_run" text, "of_stage" text, "of_worker" text, "reported" json, "its_best" json)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  moment timestamptz;
  ranking json;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.stage <> of_stage OR run.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED') THEN RETURN; END IF;
  UPDATE chunks SET scored = told.scored
  FROM json_to_recordset(reported) AS told(no integer, scored bigint)
  WHERE run_id = of_run AND stage = of_stage AND chunks.no = told.no AND state = 'RUNNING' AND worker = of_worker;
  IF its_best IS NOT NULL THEN ranking := run.plan #> '{sweep,ranking}'; END IF;
  run.plan := NULL;
  moment := date_trunc('milliseconds', clock_timestamp());
  run := with_best(advance_run(run, run.stored + in_flight(run), moment), its_best, ranking);
  run := tell_progress(run, moment);
  UPDATE runs SET done = run.done, variants_per_second = run.variants_per_second, progress_at = run.progress_at,
    stage_at = run.stage_at, progress_event_at = run.progress_event_at, best = run.best,
    best_stage = run.best_stage, last_seq = run.last_seq
  WHERE id = of_run;
END $$;
