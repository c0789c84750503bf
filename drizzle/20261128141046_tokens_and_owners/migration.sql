CREATE TABLE "audit_log" (
	"no" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"owner" text NOT NULL,
	"token_id" text,
	"action" text NOT NULL,
	"target" text,
	"outcome" text NOT NULL,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" text PRIMARY KEY,
	"no" bigint UNIQUE GENERATED ALWAYS AS IDENTITY (sequence name "tokens_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"owner" text NOT NULL,
	"scope" text NOT NULL,
	"secret_hash" text NOT NULL UNIQUE,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "owner" text DEFAULT 'local';--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "owner" text DEFAULT 'local' NOT NULL;--> statement-breakpoint
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_pkey";--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD PRIMARY KEY ("owner","key");--> statement-breakpoint
CREATE INDEX "audit_log_owner" ON "audit_log" ("owner","no");--> statement-breakpoint
CREATE INDEX "runs_owner" ON "runs" ("owner","no");