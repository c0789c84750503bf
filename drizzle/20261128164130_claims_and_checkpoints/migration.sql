ALTER TABLE "runs" ADD COLUMN "priority" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
UPDATE "runs" SET "priority" = CASE "plan" #>> '{request,schedule,priority}'
  WHEN 'CRITICAL' THEN 50 WHEN 'HIGH' THEN 40 WHEN 'LOW' THEN 20 WHEN 'BULK' THEN 10 ELSE 30 END;--> statement-breakpoint
-- What is done for every chunk is one statement each: claim_chunk, store_chunk and report_progress. Each locks
-- its run first and then reads, so that what it decides by is what the run is. Their readable twins are in
-- test/support/readable-progress.ts.
CREATE FUNCTION "advance_run"("run" "runs", "scored" bigint, "moment" timestamptz) RETURNS "runs"
LANGUAGE plpgsql AS $$
DECLARE
  former bigint := run.done;
  elapsed_ms double precision;
  stage_ms double precision;
  weight double precision;
  rate double precision;
BEGIN
  run.done := least(greatest(scored, former), run.total);
  IF run.progress_at IS NULL OR run.stage_at IS NULL THEN
    run.progress_at := moment;
    run.stage_at := moment;
    RETURN run;
  END IF;
  elapsed_ms := extract(epoch FROM moment - run.progress_at) * 1000;
  IF elapsed_ms <= 0 THEN RETURN run; END IF;
  stage_ms := greatest(elapsed_ms, extract(epoch FROM moment - run.stage_at) * 1000);
  -- The rate forgets in 2 s; a stage that is younger than that has its plain mean.
  weight := greatest(1 - exp(-least(elapsed_ms / 2000, 700)), elapsed_ms / stage_ms);
  rate := (run.done - former)::double precision * 1000 / elapsed_ms;
  run.variants_per_second := coalesce(run.variants_per_second, rate)
    + weight * (rate - coalesce(run.variants_per_second, rate));
  run.progress_at := moment;
  RETURN run;
END $$;--> statement-breakpoint
CREATE FUNCTION "better_best"("ranking" json, "a" json, "b" json) RETURNS json
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  key json;
  x double precision;
  y double precision;
BEGIN
  IF a IS NULL OR b IS NULL THEN RETURN coalesce(a, b); END IF;
  FOR key IN SELECT value FROM json_array_elements(ranking) LOOP
    x := a -> 'metrics' ->> (key ->> 'metric');
    y := b -> 'metrics' ->> (key ->> 'metric');
    CONTINUE WHEN x IS NOT DISTINCT FROM y;
    IF x IS NULL THEN RETURN b; END IF;
    IF y IS NULL THEN RETURN a; END IF;
    RETURN CASE WHEN (x > y) = (key ->> 'direction' = 'DESC') THEN a ELSE b END;
  END LOOP;
  RETURN CASE WHEN (a ->> 'variantIndex')::bigint <= (b ->> 'variantIndex')::bigint THEN a ELSE b END;
END $$;--> statement-breakpoint
CREATE FUNCTION "add_spent"("a" json, "b" json) RETURNS json
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN a IS NULL OR b IS NULL THEN coalesce(a, b) ELSE json_build_object(
    'threadMs', (SELECT json_object_agg(key, value::double precision + (b -> 'threadMs' ->> key)::double precision)
      FROM json_each_text(a -> 'threadMs')),
    'threads', (a -> 'threads')::jsonb || (b -> 'threads')::jsonb) END
$$;--> statement-breakpoint
-- The run of an event, which its caller has still to write.
CREATE FUNCTION "add_event"("run" "runs", "kind" text, "moment" timestamptz) RETURNS "runs"
LANGUAGE plpgsql AS $$
BEGIN
  run.last_seq := run.last_seq + 1;
  INSERT INTO events (run_id, seq, at, kind, state, stage, done, total, variants_per_second, eta_seconds, best)
  VALUES (run.id, run.last_seq, moment, kind, run.state, run.stage, run.done, run.total, run.variants_per_second,
    CASE WHEN run.state = 'RUNNING' AND run.variants_per_second > 0
      THEN (run.total - run.done) / run.variants_per_second END,
    run.best);
  RETURN run;
END $$;--> statement-breakpoint
-- Progress is told at most four times a second and run, whatever the number of processes.
CREATE FUNCTION "tell_progress"("run" "runs", "moment" timestamptz) RETURNS "runs"
LANGUAGE plpgsql AS $$
BEGIN
  IF moment - run.progress_event_at < interval '250 milliseconds' THEN RETURN run; END IF;
  run.progress_event_at := moment;
  RETURN add_event(run, 'PROGRESS', moment);
END $$;--> statement-breakpoint
-- A stage's first best replaces that of the stage before: its variants are what the run ends with.
CREATE FUNCTION "with_best"("run" "runs", "best" json) RETURNS "runs"
LANGUAGE plpgsql AS $$
BEGIN
  IF best IS NULL THEN RETURN run; END IF;
  IF run.best_stage IS DISTINCT FROM run.stage THEN
    run.best := best;
    run.best_stage := run.stage;
  ELSE
    run.best := better_best(run.plan #> '{sweep,ranking}', run.best, best);
  END IF;
  RETURN run;
END $$;--> statement-breakpoint
CREATE FUNCTION "in_flight"("run" "runs") RETURNS bigint
LANGUAGE sql AS $$
  SELECT coalesce(sum(scored), 0)::bigint FROM chunks
  WHERE run_id = run.id AND stage = run.stage AND state = 'RUNNING'
$$;--> statement-breakpoint
-- Whether a more urgent run has a chunk to score: whoever is done with one goes there.
CREATE FUNCTION "is_outranked"("run" "runs") RETURNS boolean
LANGUAGE sql AS $$
  SELECT EXISTS (SELECT FROM runs other WHERE other.state IN ('QUEUED', 'RUNNING')
    AND other.priority > run.priority AND other.stop_state IS NULL
    AND EXISTS (SELECT FROM chunks WHERE run_id = other.id AND stage = other.stage AND state = 'PENDING'
      AND (retry_at IS NULL OR retry_at <= clock_timestamp())))
$$;--> statement-breakpoint
-- The chunk of that number, or the first that waits and is not held back for its next attempt.
CREATE FUNCTION "take_chunk"("run" "runs", "wanted" integer, "taker" text, "lease_ms" double precision)
RETURNS "chunks" LANGUAGE plpgsql AS $$
DECLARE
  taken chunks;
BEGIN
  UPDATE chunks SET state = 'RUNNING', attempts = attempts + 1, scored = 0, worker = taker, retry_at = NULL,
    lease_until = clock_timestamp() + lease_ms * interval '1 millisecond'
  WHERE run_id = run.id AND stage = run.stage AND no = (
    SELECT no FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'PENDING'
      AND (retry_at IS NULL OR retry_at <= clock_timestamp()) AND (wanted IS NULL OR no = wanted)
    ORDER BY no LIMIT 1)
  RETURNING * INTO taken;
  RETURN taken;
END $$;--> statement-breakpoint
-- {chunk, waiting}: the chunk or null, and whether any still waits, be it for its next attempt.
CREATE FUNCTION "claim_chunk"("of_run" text, "of_stage" text, "wanted" integer, "taker" text,
  "lease_ms" double precision) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  taken chunks;
  moment timestamptz;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.stage <> of_stage OR run.state NOT IN ('QUEUED', 'RUNNING') OR run.stop_state IS NOT NULL THEN
    RETURN json_build_object('chunk', NULL, 'waiting', FALSE);
  END IF;
  taken := take_chunk(run, wanted, taker, lease_ms);
  IF taken.no IS NULL THEN
    RETURN json_build_object('chunk', NULL, 'waiting', EXISTS (
      SELECT FROM chunks WHERE run_id = of_run AND stage = of_stage AND state = 'PENDING'));
  END IF;
  IF run.state = 'QUEUED' THEN
    moment := date_trunc('milliseconds', clock_timestamp());
    run.state := 'RUNNING';
    run := add_event(run, 'STARTED', moment);
    UPDATE runs SET state = 'RUNNING', started_at = moment, progress_at = moment, stage_at = moment,
      last_seq = run.last_seq WHERE id = of_run;
  END IF;
  RETURN json_build_object('chunk', row_to_json(taken), 'waiting', TRUE);
END $$;--> statement-breakpoint
-- {stored, stageComplete, next}. `chunk` is {stage, no, from, to, scored, stride}; `wish` is {worker, leaseMs} of
-- who takes the next chunk as well, or null.
CREATE FUNCTION "store_chunk"("of_run" text, "chunk" json, "its_rows" bytea, "its_columns" bytea, "its_best" json,
  "its_spent" json, "wish" json) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  next chunks;
  its_stage text := chunk ->> 'stage';
  its_no integer := chunk ->> 'no';
  its_scored bigint := chunk ->> 'scored';
  moment timestamptz;
  complete boolean;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED') OR run.stage <> its_stage THEN
    RETURN json_build_object('stored', FALSE, 'stageComplete', FALSE, 'next', NULL);
  END IF;
  UPDATE chunks SET state = 'DONE', scored = its_scored, lease_until = NULL
  WHERE run_id = of_run AND stage = its_stage AND no = its_no AND state IN ('PENDING', 'RUNNING');
  IF NOT FOUND THEN RETURN json_build_object('stored', FALSE, 'stageComplete', FALSE, 'next', NULL); END IF;
  INSERT INTO chunk_results (run_id, stage, no, start_index, end_index, scored, stride, rows, columns)
  VALUES (of_run, its_stage, its_no, (chunk ->> 'from')::bigint, (chunk ->> 'to')::bigint, its_scored,
    (chunk ->> 'stride')::integer, its_rows, its_columns);

  moment := date_trunc('milliseconds', clock_timestamp());
  complete := NOT EXISTS (SELECT FROM chunks WHERE run_id = of_run AND stage = its_stage
    AND state IN ('PENDING', 'RUNNING', 'PARTIAL'));
  run.stored := run.stored + its_scored;
  run.spent := add_spent(run.spent, its_spent);
  run := with_best(advance_run(run, run.stored + in_flight(run), moment), its_best);
  IF NOT complete THEN
    run := tell_progress(run, moment);
    IF wish IS NOT NULL AND run.state = 'RUNNING' AND run.stop_state IS NULL AND NOT is_outranked(run) THEN
      next := take_chunk(run, NULL, wish ->> 'worker', (wish ->> 'leaseMs')::double precision);
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
    'next', CASE WHEN next.no IS NULL THEN NULL ELSE row_to_json(next) END);
END $$;--> statement-breakpoint
-- `reported` is [{no, scored}] of chunks that the worker has in flight.
CREATE FUNCTION "report_progress"("of_run" text, "of_stage" text, "of_worker" text, "reported" json, "its_best" json)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  moment timestamptz;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.stage <> of_stage OR run.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED') THEN RETURN; END IF;
  UPDATE chunks SET scored = told.scored
  FROM json_to_recordset(reported) AS told(no integer, scored bigint)
  WHERE run_id = of_run AND stage = of_stage AND chunks.no = told.no AND state = 'RUNNING' AND worker = of_worker;
  moment := date_trunc('milliseconds', clock_timestamp());
  run := with_best(advance_run(run, run.stored + in_flight(run), moment), its_best);
  run := tell_progress(run, moment);
  UPDATE runs SET done = run.done, variants_per_second = run.variants_per_second, progress_at = run.progress_at,
    stage_at = run.stage_at, progress_event_at = run.progress_event_at, best = run.best,
    best_stage = run.best_stage, last_seq = run.last_seq
  WHERE id = of_run;
END $$;
