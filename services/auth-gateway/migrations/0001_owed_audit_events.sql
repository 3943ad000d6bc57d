CREATE TABLE "gateway"."pending_audit_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"event" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"not_before" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "gateway"."short_lived_record" ADD COLUMN "waits_from" text;--> statement-breakpoint
ALTER TABLE "gateway"."short_lived_record" ADD COLUMN "waits_with" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX "pending_audit_event_due" ON "gateway"."pending_audit_event" USING btree ("not_before");--> statement-breakpoint
UPDATE "gateway"."signing_key" SET "use" = 'ES256' WHERE "use" = 'token';
