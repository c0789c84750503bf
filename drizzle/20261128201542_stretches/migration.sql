-- Chunks are taken and stored by stretches: neighbours, in one statement. `chunks` stay what is leased, counted and
-- stored.
--
-- The first chunk that waits and is not held back for its next attempt, with those behind it that nobody has begun
-- yet: a quarter of what waits, so that other lanes find some as well, and between `fewest` and `most`. One that was given
-- back is taken by itself, so that what fails again and again is alone in it.
CREATE FUNCTION "take_stretch"("run" "runs", "taker" text, "lease_ms" double precision, "fewest" integer,
  "most" integer) RETURNS SETOF "chunks" LANGUAGE plpgsql AS $$
DECLARE
  head chunks;
  room integer := 1;
  tail integer;
BEGIN
  SELECT * INTO head FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'PENDING'
    AND (retry_at IS NULL OR retry_at <= clock_timestamp()) ORDER BY no LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  IF most > 1 AND head.attempts = 0 AND NOT run.lifted THEN
    room := (SELECT least(most, greatest(fewest, count(*) / 4)) FROM (
      SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'PENDING' LIMIT 4 * most) waiting);
  END IF;
  tail := (SELECT max(near.no) FROM (
    SELECT c.no, c.no - row_number() OVER (ORDER BY c.no) + 1 AS beginning FROM chunks c
    WHERE c.run_id = run.id AND c.stage = run.stage AND c.state = 'PENDING' AND c.no >= head.no
      AND c.no < head.no + room AND (c.no = head.no OR c.attempts = 0)) AS near WHERE near.beginning = head.no);
  -- A range of one index: planned without statistics a join costs a thousand times as much.
  RETURN QUERY UPDATE chunks SET state = 'RUNNING', attempts = attempts + 1, scored = 0, worker = taker,
    retry_at = NULL, lease_until = clock_timestamp() + lease_ms * interval '1 millisecond'
  WHERE run_id = run.id AND stage = run.stage AND state = 'PENDING' AND no BETWEEN head.no AND tail
  RETURNING *;
END $$;--> statement-breakpoint
DROP FUNCTION "store_chunk";--> statement-breakpoint
-- {stored, stageComplete, next, left}. `told` is [{no, from, to, scored, stride, rows, columns}] of chunks of one
-- stage, the last two in bytes of `packed`, one after the other; `wish` is {worker, leaseMs, fewest, most} of who
-- takes the next stretch as well, or null. `left`: one was to be had, and was not taken.
CREATE FUNCTION "store_chunks"("of_run" text, "its_stage" text, "told" json, "packed" bytea, "its_best" json,
  "its_spent" json, "wish" json) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  next json := '[]';
  kept integer;
  its_scored bigint;
  moment timestamptz;
  complete boolean;
  goes_on boolean;
  ranking json;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED') OR run.stage <> its_stage THEN
    RETURN json_build_object('stored', 0, 'stageComplete', FALSE, 'next', next, 'left', FALSE);
  END IF;
  WITH part AS (
    SELECT p.*, (1 + sum(p.rows + p.columns) OVER (ORDER BY p.at) - p.rows - p.columns)::integer AS begins
    FROM ROWS FROM (json_to_recordset(told) AS ("no" integer, "from" bigint, "to" bigint, "scored" bigint,
      "stride" integer, "rows" integer, "columns" integer))
      WITH ORDINALITY AS p("no", "from", "to", "scored", "stride", "rows", "columns", "at")),
  done AS (
    UPDATE chunks c SET state = 'DONE', scored = part.scored, lease_until = NULL FROM part
    WHERE c.run_id = of_run AND c.stage = its_stage AND c.no = part.no AND c.state IN ('PENDING', 'RUNNING')
    RETURNING part.*),
  written AS (
    INSERT INTO chunk_results (run_id, stage, no, start_index, end_index, scored, stride, rows, columns)
    SELECT of_run, its_stage, d.no, d."from", d."to", d.scored, d.stride, substring(packed FROM d.begins FOR d.rows),
      substring(packed FROM d.begins + d.rows FOR d.columns) FROM done d)
  SELECT count(*), sum(d.scored) INTO kept, its_scored FROM done d;
  IF kept = 0 THEN
    RETURN json_build_object('stored', 0, 'stageComplete', FALSE, 'next', next, 'left', FALSE);
  END IF;

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
      next := (SELECT coalesce(json_agg(row_to_json(taken)), '[]') FROM take_stretch(run, wish ->> 'worker',
        (wish ->> 'leaseMs')::double precision, coalesce((wish ->> 'fewest')::integer, 1),
        coalesce((wish ->> 'most')::integer, 1)) AS taken);
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
  RETURN json_build_object('stored', kept, 'stageComplete', complete, 'next', next,
    'left', goes_on AND has_claimable(run));
END $$;
