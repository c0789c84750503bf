CREATE TABLE "workers" (
	"name" text PRIMARY KEY,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"engine_version" text NOT NULL,
	"package_version" text NOT NULL,
	"cores" integer NOT NULL,
	"threads" integer NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"heartbeat_at" timestamp with time zone NOT NULL,
	"lease_until" timestamp with time zone NOT NULL,
	"chunks" json NOT NULL
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "engine_version" text;--> statement-breakpoint
UPDATE "runs" SET "engine_version" = "plan" ->> 'engineVersion';--> statement-breakpoint
-- Whether a process of that engine version leaves the run to others; null does any run.
CREATE FUNCTION "is_foreign"("run" "runs", "engine" text) RETURNS boolean
LANGUAGE sql AS $$
  SELECT engine IS NOT NULL AND engine <> coalesce(run.engine_version, run.plan ->> 'engineVersion')
$$;--> statement-breakpoint
CREATE FUNCTION "has_claimable"("run" "runs") RETURNS boolean
LANGUAGE sql AS $$
  SELECT EXISTS (SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'PENDING'
    AND (retry_at IS NULL OR retry_at <= clock_timestamp()))
$$;--> statement-breakpoint
-- Who works on a run would not be able to work on one of another version, however urgent.
CREATE OR REPLACE FUNCTION "is_outranked"("run" "runs") RETURNS boolean
LANGUAGE sql AS $$
  SELECT EXISTS (SELECT FROM runs other WHERE other.state IN ('QUEUED', 'RUNNING')
    AND other.priority > run.priority AND other.stop_state IS NULL
    AND other.engine_version IS NOT DISTINCT FROM run.engine_version AND has_claimable(other))
$$;--> statement-breakpoint
DROP FUNCTION "claim_chunk";--> statement-breakpoint
-- {chunks, waiting}: at most so many, the one of a number where one is wanted; and whether any still waits, be it
-- for its next attempt.
CREATE FUNCTION "claim_chunks"("of_run" text, "of_stage" text, "wanted" integer, "most" integer, "taker" text,
  "lease_ms" double precision, "engine" text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  taken chunks;
  claimed json[] := '{}';
  moment timestamptz;
BEGIN
  SELECT * INTO run FROM runs WHERE id = of_run FOR UPDATE;
  IF NOT FOUND OR run.stage <> of_stage OR run.state NOT IN ('QUEUED', 'RUNNING') OR run.stop_state IS NOT NULL THEN
    RETURN json_build_object('chunks', '[]'::json, 'waiting', FALSE);
  END IF;
  IF is_foreign(run, engine) THEN RETURN json_build_object('chunks', '[]'::json, 'waiting', TRUE); END IF;
  FOR i IN 1 .. most LOOP
    taken := take_chunk(run, wanted, taker, lease_ms);
    EXIT WHEN taken.no IS NULL;
    claimed := array_append(claimed, row_to_json(taken));
  END LOOP;
  IF cardinality(claimed) = 0 THEN
    RETURN json_build_object('chunks', '[]'::json, 'waiting', EXISTS (
      SELECT FROM chunks WHERE run_id = of_run AND stage = of_stage AND state = 'PENDING'));
  END IF;
  IF run.state = 'QUEUED' THEN
    moment := date_trunc('milliseconds', clock_timestamp());
    run.state := 'RUNNING';
    run := add_event(run, 'STARTED', moment);
    UPDATE runs SET state = 'RUNNING', started_at = moment, progress_at = moment, stage_at = moment,
      last_seq = run.last_seq WHERE id = of_run;
  END IF;
  RETURN json_build_object('chunks', array_to_json(claimed), 'waiting', TRUE);
END $$;--> statement-breakpoint
-- {stored, stageComplete, next, left}. `chunk` is {stage, no, from, to, scored, stride}; `wish` is {worker, leaseMs}
-- of who takes the next chunk as well, or null. `left`: one was to be had, and was not taken.
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

  moment := date_trunc('milliseconds', clock_timestamp());
  complete := NOT EXISTS (SELECT FROM chunks WHERE run_id = of_run AND stage = its_stage
    AND state IN ('PENDING', 'RUNNING', 'PARTIAL'));
  goes_on := NOT complete AND run.state = 'RUNNING' AND run.stop_state IS NULL;
  run.stored := run.stored + its_scored;
  run.spent := add_spent(run.spent, its_spent);
  run := with_best(advance_run(run, run.stored + in_flight(run), moment), its_best);
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
-- Whether recovery has something to do for a run: chunks whose worker is gone, an end that nobody is at, or, for a
-- process that has nothing to do, chunks that nobody has come for.
CREATE FUNCTION "is_ailing"("run" "runs", "engine" text, "idle" boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  mine boolean := NOT is_foreign(run, engine);
BEGIN
  IF EXISTS (SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'RUNNING'
    AND lease_until < clock_timestamp()) THEN RETURN TRUE; END IF;
  IF run.end_lease_until > clock_timestamp() THEN RETURN FALSE; END IF;
  IF run.stop_state IS NOT NULL THEN
    RETURN NOT EXISTS (SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'RUNNING');
  END IF;
  IF run.state = 'PAUSED' OR NOT mine THEN RETURN FALSE; END IF;
  IF run.stage = 'FINALIZING' OR NOT EXISTS (SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage
    AND state IN ('PENDING', 'RUNNING', 'PARTIAL')) THEN RETURN TRUE; END IF;
  RETURN idle AND has_claimable(run);
END $$;--> statement-breakpoint
-- {stopping, ailing}: of the runs it has in hand, those that are to stop or are gone; and those that recovery is to
-- look at. `about` is the worker's row, `held` [{runId, stage, no}], `ends` [runId]. It waits for nobody's lock, so
-- it is in nobody's way: a lease that it cannot extend now, it extends the next time.
CREATE FUNCTION "heartbeat"("about" json, "lease_ms" double precision, "held" json, "ends" json, "idle" boolean,
  "engine" text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  moment timestamptz := clock_timestamp();
  over timestamptz := moment + lease_ms * interval '1 millisecond';
  its_name text := about ->> 'name';
BEGIN
  INSERT INTO workers (name, host, pid, engine_version, package_version, cores, threads, started_at, heartbeat_at,
    lease_until, chunks)
  VALUES (its_name, about ->> 'host', (about ->> 'pid')::integer, about ->> 'engineVersion',
    about ->> 'packageVersion', (about ->> 'cores')::integer, (about ->> 'threads')::integer, moment, moment, over,
    held)
  ON CONFLICT (name) DO UPDATE SET heartbeat_at = moment, lease_until = over, chunks = excluded.chunks,
    threads = excluded.threads;
  WITH mine AS (
    SELECT c.run_id, c.stage, c.no FROM chunks c
    JOIN json_to_recordset(held) AS h("runId" text, stage text, no integer)
      ON c.run_id = h."runId" AND c.stage = h.stage AND c.no = h.no
    WHERE c.state = 'RUNNING' AND c.worker = its_name FOR UPDATE OF c SKIP LOCKED)
  UPDATE chunks c SET lease_until = over FROM mine
  WHERE c.run_id = mine.run_id AND c.stage = mine.stage AND c.no = mine.no;
  WITH mine AS (
    SELECT r.id FROM runs r JOIN json_array_elements_text(ends) AS e(id) ON r.id = e.id
    WHERE r.end_worker = its_name FOR UPDATE OF r SKIP LOCKED)
  UPDATE runs r SET end_lease_until = over FROM mine WHERE r.id = mine.id;
  -- A while after it was lost nobody asks for it any more.
  WITH gone AS (
    SELECT name FROM workers WHERE lease_until < moment - interval '1 hour' FOR UPDATE SKIP LOCKED)
  DELETE FROM workers w USING gone WHERE w.name = gone.name;
  RETURN json_build_object(
    'stopping', (SELECT coalesce(json_agg(DISTINCT h."runId"), '[]') FROM json_to_recordset(held) AS h("runId" text)
      LEFT JOIN runs r ON r.id = h."runId"
      WHERE r.id IS NULL OR r.stop_state IS NOT NULL OR r.state NOT IN ('QUEUED', 'RUNNING', 'PAUSED')),
    'ailing', (SELECT coalesce(json_agg(r.id ORDER BY r.no), '[]') FROM runs r
      WHERE r.state IN ('QUEUED', 'RUNNING', 'PAUSED') AND is_ailing(r, engine, idle)));
END $$;--> statement-breakpoint
-- Whoever works on a run hears at once that it is to stop, or has ended elsewhere.
CREATE FUNCTION "notify_stop"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sweepline_stop', NEW.id);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER "runs_stop" AFTER UPDATE OF "state", "stop_state" ON "runs" FOR EACH ROW
WHEN (NEW."stop_state" IS NOT NULL OR NEW."state" IN ('SUCCEEDED', 'FAILED', 'CANCELLED', 'TIMED_OUT'))
EXECUTE FUNCTION "notify_stop"();
