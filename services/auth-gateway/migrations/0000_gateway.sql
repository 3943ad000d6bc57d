CREATE SCHEMA "gateway";
--> statement-breakpoint
CREATE UNLOGGED TABLE "gateway"."artefact" (
	"key" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"grant_key" text,
	"uid_key" text,
	"consumed_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gateway"."signing_key" (
	"id" text PRIMARY KEY NOT NULL,
	"use" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "artefact_grant_key" ON "gateway"."artefact" USING btree ("grant_key");--> statement-breakpoint
CREATE INDEX "artefact_uid_key" ON "gateway"."artefact" USING btree ("uid_key");--> statement-breakpoint
CREATE INDEX "artefact_expires_at" ON "gateway"."artefact" USING btree ("expires_at");