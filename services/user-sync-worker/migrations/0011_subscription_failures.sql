ALTER TABLE "roster"."subscription" ADD COLUMN "subscribed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "roster"."subscription" ADD COLUMN "failure" jsonb;--> statement-breakpoint
ALTER TABLE "roster"."subscription" ADD COLUMN "failed_at" timestamp (3) with time zone;