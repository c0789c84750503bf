CREATE TABLE "pins" (
	"id" text PRIMARY KEY,
	"no" bigint UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "pins_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"owner" text DEFAULT 'local' NOT NULL,
	"label" text,
	"run_id" text NOT NULL,
	"variant_index" bigint NOT NULL,
	"variant_key" text NOT NULL,
	"params" json NOT NULL,
	"stop_loss_pct" double precision,
	"trailing_stop_pct" double precision,
	"take_profit_pct" double precision,
	"metrics" json NOT NULL,
	"dataset_hash" text NOT NULL,
	"plan_hash" text NOT NULL,
	"engine_version" text NOT NULL,
	"request" json NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_facets" (
	"run_id" text,
	"kind" text,
	"value" text,
	CONSTRAINT "run_facets_pkey" PRIMARY KEY("run_id","kind","value")
);
--> statement-breakpoint
CREATE TABLE "run_notes" (
	"run_id" text PRIMARY KEY,
	"note" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "strategies" (
	"id" text PRIMARY KEY,
	"no" bigint UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "strategies_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"owner" text DEFAULT 'local' NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "strategies_name" UNIQUE("owner","name")
);
--> statement-breakpoint
CREATE TABLE "strategy_versions" (
	"strategy_id" text,
	"version" integer,
	"hash" text NOT NULL,
	"strategy" json NOT NULL,
	"note" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "strategy_versions_pkey" PRIMARY KEY("strategy_id","version")
);
--> statement-breakpoint
CREATE INDEX "pins_owner" ON "pins" ("owner","no");--> statement-breakpoint
CREATE INDEX "pins_variant" ON "pins" ("variant_key");--> statement-breakpoint
CREATE INDEX "run_facets_value" ON "run_facets" ("kind","value","run_id");--> statement-breakpoint
ALTER TABLE "run_facets" ADD CONSTRAINT "run_facets_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "run_notes" ADD CONSTRAINT "run_notes_run_id_runs_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "strategy_versions" ADD CONSTRAINT "strategy_versions_strategy_id_strategies_id_fkey" FOREIGN KEY ("strategy_id") REFERENCES "strategies"("id") ON DELETE CASCADE;