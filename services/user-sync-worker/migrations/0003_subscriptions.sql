CREATE TABLE "roster"."subscription" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"subscription_id" uuid,
	"client_state_hash" "bytea",
	"expires_at" timestamp (3) with time zone,
	"renew_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"last_notified_at" timestamp (3) with time zone,
	"last_refused_at" timestamp (3) with time zone,
	"quiet_rounds" integer DEFAULT 0 NOT NULL,
	"is_quiet" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE INDEX "subscription_due" ON "roster"."subscription" USING btree ("renew_at");--> statement-breakpoint
CREATE INDEX "subscription_of_tenant" ON "roster"."subscription" USING btree ("tenant_id");