-- As before, and nothing of a run is begun after its deadline or time limit: `late`.
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
  IF run.deadline <= clock_timestamp() OR run.state = 'RUNNING' AND run.time_up_at <= clock_timestamp() THEN
    RETURN json_build_object('chunks', '[]'::json, 'waiting', TRUE, 'late', TRUE);
  END IF;
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
-- A chunk goes with its run and not before, and stays what it is: one that is taken away could be made again in a
-- state that no transition leads to.
CREATE FUNCTION "guard_chunk"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM runs WHERE id = OLD.run_id) THEN
      RAISE EXCEPTION 'a chunk of a run that is there cannot be deleted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF (NEW.run_id, NEW.stage, NEW.no, NEW.start_index, NEW.end_index)
    IS DISTINCT FROM (OLD.run_id, OLD.stage, OLD.no, OLD.start_index, OLD.end_index) THEN
    RAISE EXCEPTION 'a chunk of a run that is there keeps its place and range' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER "chunks_guard" BEFORE DELETE OR UPDATE OF "run_id", "stage", "no", "start_index", "end_index" ON "chunks"
FOR EACH ROW EXECUTE FUNCTION "guard_chunk"();
