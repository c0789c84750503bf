-- All that is written when a run is made, in one statement: whoever shares the session of an embedded database would
-- wait for the answer of each. False where another transaction has taken the idempotency key, and nothing is to be kept.
-- `its_run` has the columns of the run by the names of src/store/schema.ts, `its_facets` [{kind, value}], `its_key` the
-- key and what it was used for or null; numbers `[0, positions)` of Stage A are cut into chunks of `size`.
CREATE FUNCTION "add_run"("its_run" json, "its_facets" json, "its_key" json, "positions" bigint, "size" bigint)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  run runs;
  its_id text := its_run ->> 'id';
BEGIN
  -- Retention removes datasets that no run is about: this one is about to be.
  PERFORM FROM datasets WHERE hash = its_run ->> 'datasetHash' FOR KEY SHARE;
  INSERT INTO runs (id, owner, state, stage, plan, plan_hash, dataset_hash, kernels, engine_version, priority, deadline,
    total)
  VALUES (its_id, its_run ->> 'owner', 'QUEUED', 'STAGE_A', its_run -> 'plan', its_run ->> 'planHash',
    its_run ->> 'datasetHash', its_run ->> 'kernels', its_run ->> 'engineVersion', (its_run ->> 'priority')::integer,
    (its_run ->> 'deadline')::timestamptz, (its_run ->> 'total')::bigint)
  RETURNING * INTO run;
  INSERT INTO run_facets (run_id, kind, value)
  SELECT its_id, f.kind, f.value FROM json_to_recordset(its_facets) AS f(kind text, value text)
  ON CONFLICT DO NOTHING;
  IF its_key IS NOT NULL THEN
    INSERT INTO idempotency_keys (owner, key, request_hash, run_id)
    VALUES (run.owner, its_key ->> 'key', its_key ->> 'requestHash', its_id)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN FALSE; END IF;
  END IF;
  INSERT INTO chunks (run_id, stage, no, start_index, end_index, state)
  SELECT its_id, 'STAGE_A', n, n * size, least((n + 1) * size, positions), 'PENDING'
  FROM generate_series(0, (positions + size - 1) / size - 1) AS n;
  run.plan := NULL;
  run := add_event(run, 'QUEUED', date_trunc('milliseconds', clock_timestamp()));
  UPDATE runs SET last_seq = run.last_seq WHERE id = its_id;
  RETURN TRUE;
END $$;
