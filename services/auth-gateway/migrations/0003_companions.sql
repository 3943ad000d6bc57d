ALTER TABLE "gateway"."artefact" ADD COLUMN "companion_keys" text[];--> statement-breakpoint
ALTER TABLE "gateway"."artefact" ADD COLUMN "companion_uid_key" text;