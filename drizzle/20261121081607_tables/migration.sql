CREATE TABLE "chunk_results" (
	"run_id" text,
	"stage" text,
	"no" integer,
	"start_index" bigint NOT NULL,
	"end_index" bigint NOT NULL,
	"scored" bigint NOT NULL,
	"stride" integer NOT NULL,
	"rows" bytea NOT NULL,
	"columns" bytea,
	CONSTRAINT "chunk_results_pkey" PRIMARY KEY("run_id","stage","no")
);
--> statement-breakpoint
CREATE TABLE "chunks" (
	"run_id" text,
	"stage" text,
	"no" integer,
	"start_index" bigint NOT NULL,
	"end_index" bigint NOT NULL,
	"state" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"scored" bigint DEFAULT 0 NOT NULL,
	"worker" text,
	"lease_until" timestamp with time zone,
	CONSTRAINT "chunks_pkey" PRIMARY KEY("run_id","stage","no")
);
--> statement-breakpoint
CREATE TABLE "dataset_blocks" (
	"hash" text,
	"column" text,
	"no" integer,
	"bytes" bytea NOT NULL,
	CONSTRAINT "dataset_blocks_pkey" PRIMARY KEY("hash","column","no")
);
--> statement-breakpoint
CREATE TABLE "datasets" (
	"hash" text PRIMARY KEY,
	"no" bigint UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "datasets_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"instrument" text NOT NULL,
	"timeframe" text NOT NULL,
	"bars" integer NOT NULL,
	"start_ms" double precision NOT NULL,
	"end_ms" double precision NOT NULL,
	"gaps" json NOT NULL,
	"source" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"run_id" text,
	"seq" integer,
	"at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"stage" text NOT NULL,
	"done" bigint NOT NULL,
	"total" bigint NOT NULL,
	"variants_per_second" double precision,
	"eta_seconds" double precision,
	"best" json,
	"message" text,
	CONSTRAINT "events_pkey" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key" text PRIMARY KEY,
	"request_hash" text NOT NULL,
	"run_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "results" (
	"run_id" text,
	"rank" integer,
	"variant_index" bigint NOT NULL,
	"variant_key" text NOT NULL,
	"params" json NOT NULL,
	"stop_loss_pct" double precision,
	"take_profit_pct" double precision,
	"metrics" json NOT NULL,
	CONSTRAINT "results_pkey" PRIMARY KEY("run_id","rank")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" text PRIMARY KEY,
	"no" bigint UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "runs_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"state" text NOT NULL,
	"stage" text NOT NULL,
	"plan" json NOT NULL,
	"plan_hash" text NOT NULL,
	"dataset_hash" text NOT NULL,
	"kernels" text NOT NULL,
	"total" bigint NOT NULL,
	"stored" bigint DEFAULT 0 NOT NULL,
	"done" bigint DEFAULT 0 NOT NULL,
	"variants_per_second" double precision,
	"progress_at" timestamp with time zone,
	"stage_at" timestamp with time zone,
	"progress_event_at" timestamp with time zone,
	"best" json,
	"best_stage" text,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"stop_state" text,
	"stop_reason" text,
	"end_worker" text,
	"end_lease_until" timestamp with time zone,
	"end_attempts" integer DEFAULT 0 NOT NULL,
	"error" json,
	"digest" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "shortlists" (
	"run_id" text PRIMARY KEY,
	"bases" bytea NOT NULL
);
--> statement-breakpoint
CREATE INDEX "chunks_state" ON "chunks" ("run_id","stage","state","no");--> statement-breakpoint
CREATE INDEX "datasets_name" ON "datasets" ("name","no");--> statement-breakpoint
CREATE INDEX "runs_state" ON "runs" ("state","no");--> statement-breakpoint
CREATE INDEX "runs_dataset" ON "runs" ("dataset_hash","no");--> statement-breakpoint
ALTER TABLE "chunk_results" ADD CONSTRAINT "chunk_results_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "chunks" ADD CONSTRAINT "chunks_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "dataset_blocks" ADD CONSTRAINT "dataset_blocks_hash_datasets_hash_fkey" FOREIGN KEY ("hash") REFERENCES "datasets"("hash") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "results" ADD CONSTRAINT "results_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "shortlists" ADD CONSTRAINT "shortlists_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;