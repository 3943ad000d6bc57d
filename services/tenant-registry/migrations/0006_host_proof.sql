-- A custom host counts once its owner has shown the value below in its DNS or on its web server. Those in use already stay in use.
ALTER TABLE "registry"."tenant_host" ADD COLUMN "proof" uuid DEFAULT gen_random_uuid() NOT NULL;
--> statement-breakpoint
ALTER TABLE "registry"."tenant_host" ADD COLUMN "proven_at" timestamp (3) with time zone;
--> statement-breakpoint
UPDATE "registry"."tenant_host" SET "proven_at" = now();
