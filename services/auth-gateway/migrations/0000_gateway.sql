CREATE SCHEMA "gateway";
--> statement-breakpoint
CREATE TABLE "gateway"."logout_notice" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"tenant_id" text,
	"issuer" text NOT NULL,
	"client_id" text NOT NULL,
	"url" text NOT NULL,
	"sub" text NOT NULL,
	"sid" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "gateway"."short_lived_record" (
	"key" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"payload" "bytea" NOT NULL,
	"grant_key" text,
	"uid_key" text,
	"waits_at" text,
	"related_keys" text[] NOT NULL,
	"related_uid_key" text,
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
CREATE INDEX "logout_notice_not_before" ON "gateway"."logout_notice" USING btree ("not_before");--> statement-breakpoint
CREATE INDEX "short_lived_record_grant_key" ON "gateway"."short_lived_record" USING btree ("grant_key");--> statement-breakpoint
CREATE INDEX "short_lived_record_uid_key" ON "gateway"."short_lived_record" USING btree ("uid_key");--> statement-breakpoint
CREATE INDEX "short_lived_record_expires_at" ON "gateway"."short_lived_record" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "short_lived_record_waits_at" ON "gateway"."short_lived_record" USING btree ("waits_at","expires_at") WHERE "gateway"."short_lived_record"."waits_at" is not null;