CREATE SEQUENCE "public"."queue_places" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "place" bigint DEFAULT nextval('queue_places') NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "queued_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "lifted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "deadline" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "time_up_at" timestamp with time zone;--> statement-breakpoint
UPDATE "runs" SET "place" = "no", "queued_at" = "created_at";--> statement-breakpoint
SELECT setval('queue_places', coalesce(max("no"), 0) + 1, false) FROM "runs";--> statement-breakpoint
-- A deadline may pass before a run has begun.
DROP TRIGGER "runs_transition" ON "runs";--> statement-breakpoint
CREATE TRIGGER "runs_transition" BEFORE INSERT OR UPDATE OF "state" ON "runs"
FOR EACH ROW EXECUTE FUNCTION "guard_transition"('QUEUED',
  'QUEUED>RUNNING', 'QUEUED>PAUSED', 'QUEUED>FAILED', 'QUEUED>CANCELLED', 'QUEUED>TIMED_OUT',
  'RUNNING>PAUSED', 'RUNNING>SUCCEEDED', 'RUNNING>FAILED', 'RUNNING>CANCELLED', 'RUNNING>TIMED_OUT',
  'PAUSED>QUEUED', 'PAUSED>RUNNING', 'PAUSED>FAILED', 'PAUSED>CANCELLED', 'PAUSED>TIMED_OUT',
  'FAILED>QUEUED', 'CANCELLED>QUEUED', 'TIMED_OUT>QUEUED');--> statement-breakpoint
-- Whether a run that goes first has a chunk to score, or an end that was lifted: whoever is done with a chunk goes
-- there, if he can work on it.
CREATE OR REPLACE FUNCTION "is_outranked"("run" "runs") RETURNS boolean
LANGUAGE sql AS $$
  SELECT EXISTS (SELECT FROM runs other WHERE other.state IN ('QUEUED', 'RUNNING', 'PAUSED') AND other.id <> run.id
    AND (other.lifted, other.priority, -other.place) > (run.lifted, run.priority, -run.place)
    AND other.engine_version IS NOT DISTINCT FROM run.engine_version
    AND (other.lifted OR other.state <> 'PAUSED' AND other.stop_state IS NULL AND has_claimable(other)))
$$;--> statement-breakpoint
-- As before; the first chunk begins the time limit as well, and a run that was lifted has had its turn.
CREATE OR REPLACE FUNCTION "claim_chunks"("of_run" text, "of_stage" text, "wanted" integer, "most" integer, "taker" text,
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
  -- A run that was lifted has one turn.
  FOR i IN 1 .. CASE WHEN run.lifted THEN 1 ELSE most END LOOP
    taken := take_chunk(run, wanted, taker, lease_ms);
    EXIT WHEN taken.no IS NULL;
    claimed := array_append(claimed, row_to_json(taken));
  END LOOP;
  IF cardinality(claimed) = 0 THEN
    RETURN json_build_object('chunks', '[]'::json, 'waiting', EXISTS (
      SELECT FROM chunks WHERE run_id = of_run AND stage = of_stage AND state = 'PENDING'));
  END IF;
  IF run.lifted THEN
    UPDATE runs SET lifted = FALSE WHERE id = of_run;
  END IF;
  IF run.state = 'QUEUED' THEN
    moment := date_trunc('milliseconds', clock_timestamp());
    run.state := 'RUNNING';
    run := add_event(run, 'STARTED', moment);
    UPDATE runs SET state = 'RUNNING', started_at = moment, progress_at = moment, stage_at = moment,
      time_up_at = moment + interval '1 second'
        * (run.plan #>> '{request,schedule,timeLimitSeconds}')::double precision,
      last_seq = run.last_seq WHERE id = of_run;
  END IF;
  RETURN json_build_object('chunks', array_to_json(claimed), 'waiting', TRUE);
END $$;--> statement-breakpoint
-- A deadline or time limit that has passed is a matter of recovery, whoever looks first.
CREATE OR REPLACE FUNCTION "is_ailing"("run" "runs", "engine" text, "idle" boolean) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  mine boolean := NOT is_foreign(run, engine);
BEGIN
  IF EXISTS (SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'RUNNING'
    AND lease_until < clock_timestamp()) THEN RETURN TRUE; END IF;
  IF run.stop_state IS NULL AND (run.deadline <= clock_timestamp()
    OR run.state = 'RUNNING' AND run.time_up_at <= clock_timestamp()) THEN RETURN TRUE; END IF;
  IF run.end_lease_until > clock_timestamp() THEN RETURN FALSE; END IF;
  IF run.stop_state IS NOT NULL THEN
    RETURN NOT EXISTS (SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'RUNNING');
  END IF;
  IF run.state = 'PAUSED' OR NOT mine THEN RETURN FALSE; END IF;
  IF run.stage = 'FINALIZING' OR NOT EXISTS (SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage
    AND state IN ('PENDING', 'RUNNING', 'PARTIAL')) THEN RETURN TRUE; END IF;
  RETURN idle AND has_claimable(run);
END $$;--> statement-breakpoint
-- As before, and `mixed`: whether runs of several priorities go on, so that one may starve.
CREATE OR REPLACE FUNCTION "heartbeat"("about" json, "lease_ms" double precision, "held" json, "ends" json, "idle" boolean,
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
      WHERE r.state IN ('QUEUED', 'RUNNING', 'PAUSED') AND is_ailing(r, engine, idle)),
    'mixed', (SELECT count(DISTINCT priority) > 1 FROM runs WHERE state IN ('QUEUED', 'RUNNING', 'PAUSED')));
END $$;
