-- As before, but what is dealt out goes by how many processes there are: each has two lanes, and a lane takes its part of
-- what waits, so a process that is alone takes half.
CREATE OR REPLACE FUNCTION "take_stretch"("run" "runs", "taker" text, "lease_ms" double precision, "fewest" integer,
  "most" integer) RETURNS SETOF "chunks" LANGUAGE plpgsql AS $$
DECLARE
  head chunks;
  room integer := 1;
  lanes integer;
  tail integer;
BEGIN
  SELECT * INTO head FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'PENDING'
    AND (retry_at IS NULL OR retry_at <= clock_timestamp()) ORDER BY no LIMIT 1;
  IF NOT FOUND THEN RETURN; END IF;
  IF most > 1 AND head.attempts = 0 AND NOT run.lifted THEN
    lanes := (SELECT 2 * greatest(1, count(*)) FROM workers
      WHERE lease_until > clock_timestamp() AND engine_version IN (run.engine_version, 'any'));
    room := (SELECT least(most, greatest(fewest, count(*) / lanes)) FROM (
      SELECT FROM chunks WHERE run_id = run.id AND stage = run.stage AND state = 'PENDING' LIMIT lanes * most) waiting);
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
END $$;
