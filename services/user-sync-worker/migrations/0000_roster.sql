CREATE SCHEMA "roster";
--> statement-breakpoint
CREATE TABLE "roster"."binding" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"phone_system_id" uuid NOT NULL,
	"extension" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "binding_of_user" PRIMARY KEY("user_id","phone_system_id"),
	CONSTRAINT "binding_extension" UNIQUE("phone_system_id","extension")
);
--> statement-breakpoint
CREATE TABLE "roster"."extension" (
	"tenant_id" uuid NOT NULL,
	"phone_system_id" uuid NOT NULL,
	"number" text NOT NULL,
	"name" text,
	CONSTRAINT "extension_number" PRIMARY KEY("tenant_id","phone_system_id","number")
);
--> statement-breakpoint
CREATE TABLE "roster"."phone_system" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "phone_system_of_tenant" UNIQUE("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "roster"."phone_user" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"display_name" text NOT NULL,
	"given_name" text,
	"surname" text,
	"user_principal_name" text NOT NULL,
	"mail" text,
	"business_phones" text[] NOT NULL,
	"mobile_phone" text,
	"job_title" text,
	"department" text,
	"user_type" text NOT NULL,
	"status" text NOT NULL,
	"sync" boolean NOT NULL,
	"sso" boolean NOT NULL,
	"sessions_valid_after" timestamp (3) with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "phone_user_identity" UNIQUE("tenant_id","directory_id","object_id"),
	CONSTRAINT "phone_user_of_tenant" UNIQUE("tenant_id","id"),
	CONSTRAINT "phone_user_sso_needs_sync" CHECK ("roster"."phone_user"."sync" or not "roster"."phone_user"."sso"),
	CONSTRAINT "phone_user_status" CHECK ("roster"."phone_user"."status" in ('active', 'disabled', 'deleted')),
	CONSTRAINT "phone_user_type" CHECK ("roster"."phone_user"."user_type" in ('Member', 'Guest'))
);
--> statement-breakpoint
CREATE TABLE "roster"."sync_run" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"requested_by" text NOT NULL,
	"all_sync" boolean,
	"all_sso" boolean,
	"total" integer,
	"seen" integer DEFAULT 0 NOT NULL,
	"created" integer DEFAULT 0 NOT NULL,
	"updated" integer DEFAULT 0 NOT NULL,
	"unchanged" integer DEFAULT 0 NOT NULL,
	"disabled" integer DEFAULT 0 NOT NULL,
	"deleted" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"changed_before_restart" integer DEFAULT 0 NOT NULL,
	"restarts" integer DEFAULT 0 NOT NULL,
	"error_code" text,
	"error_message" text,
	"checkpoint" text,
	"lease_token" bigint DEFAULT 0 NOT NULL,
	"lease_expires_at" timestamp (3) with time zone,
	"fruitless" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone,
	"enqueued_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "sync_run_id_of_tenant" UNIQUE("tenant_id","id"),
	CONSTRAINT "sync_run_kind" CHECK ("roster"."sync_run"."kind" in ('import', 'delta', 'full')),
	CONSTRAINT "sync_run_status" CHECK ("roster"."sync_run"."status" in ('queued', 'running', 'awaiting-approval', 'succeeded', 'failed', 'cancelled')),
	CONSTRAINT "sync_run_sso_needs_sync" CHECK ("roster"."sync_run"."all_sync" or not "roster"."sync_run"."all_sso")
);
--> statement-breakpoint
CREATE TABLE "roster"."sync_run_selection" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"sync" boolean NOT NULL,
	"sso" boolean NOT NULL,
	CONSTRAINT "sync_run_selection_user" PRIMARY KEY("run_id","object_id"),
	CONSTRAINT "sync_run_selection_sso_needs_sync" CHECK ("roster"."sync_run_selection"."sync" or not "roster"."sync_run_selection"."sso")
);
--> statement-breakpoint
CREATE TABLE "roster"."sync_run_skipped_user" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "sync_run_skipped_user_id" PRIMARY KEY("run_id","object_id")
);
--> statement-breakpoint
ALTER TABLE "roster"."binding" ADD CONSTRAINT "binding_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."binding" ADD CONSTRAINT "binding_to_extension" FOREIGN KEY ("tenant_id","phone_system_id","extension") REFERENCES "roster"."extension"("tenant_id","phone_system_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."extension" ADD CONSTRAINT "extension_phone_system" FOREIGN KEY ("tenant_id","phone_system_id") REFERENCES "roster"."phone_system"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_selection" ADD CONSTRAINT "sync_run_selection_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_skipped_user" ADD CONSTRAINT "sync_run_skipped_user_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "extension_in_order" ON "roster"."extension" USING btree ("phone_system_id",length("number"),"number");--> statement-breakpoint
CREATE INDEX "phone_user_by_name" ON "roster"."phone_user" USING btree ("tenant_id",lower("display_name"),"id");--> statement-breakpoint
CREATE UNIQUE INDEX "sync_run_one_running" ON "roster"."sync_run" USING btree ("account_id") WHERE "roster"."sync_run"."status" = 'running';--> statement-breakpoint
CREATE INDEX "sync_run_open" ON "roster"."sync_run" USING btree ("account_id","id") WHERE "roster"."sync_run"."status" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "sync_run_of_tenant" ON "roster"."sync_run" USING btree ("tenant_id","id");