CREATE SCHEMA "roster";
--> statement-breakpoint
CREATE TABLE "roster"."webhook_endpoint" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"url" text NOT NULL,
	"event_types" text[],
	"sealed_secret" "bytea" NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp (3) with time zone,
	"last_error" text,
	"last_delivered_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_endpoint_of_tenant" UNIQUE("tenant_id","id"),
	CONSTRAINT "webhook_endpoint_status" CHECK ("roster"."webhook_endpoint"."status" in ('active', 'parked'))
);
--> statement-breakpoint
CREATE TABLE "roster"."webhook_message" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "roster"."webhook_message_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"tenant_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"delivered_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "roster"."removed_tenant" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"removed_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "roster"."revocation" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"valid_after" timestamp (3) with time zone NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "revocation_of_user" PRIMARY KEY("tenant_id","user_id")
);
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
CREATE TABLE "roster"."binding_rules" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"rules" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
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
CREATE TABLE "roster"."pending_audit_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"event" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"not_before" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL
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
	"id" uuid NOT NULL,
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
	"employee_id" text,
	"user_type" text NOT NULL,
	"status" text NOT NULL,
	"status_since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"sync" boolean NOT NULL,
	"sso" boolean NOT NULL,
	"chosen_by" text DEFAULT 'hand' NOT NULL,
	"sessions_valid_after" timestamp (3) with time zone,
	"upn_hash" bigint GENERATED ALWAYS AS (hashtextextended(lower(user_principal_name collate "C"), 0)) STORED,
	"upn_domain_hash" bigint GENERATED ALWAYS AS (hashtextextended(split_part(lower(user_principal_name collate "C"), '@', 2), 0)) STORED,
	"mail_hash" bigint GENERATED ALWAYS AS (case when mail <> user_principal_name then hashtextextended(lower(mail collate "C"), 0) end) STORED,
	"mail_domain_hash" bigint GENERATED ALWAYS AS (case when mail <> user_principal_name then hashtextextended(split_part(lower(mail collate "C"), '@', 2), 0) end) STORED,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "phone_user_of_tenant" PRIMARY KEY("id","tenant_id"),
	CONSTRAINT "phone_user_identity" UNIQUE("tenant_id","directory_id","object_id"),
	CONSTRAINT "phone_user_sso_needs_sync" CHECK ("roster"."phone_user"."sync" or not "roster"."phone_user"."sso"),
	CONSTRAINT "phone_user_chosen_by" CHECK ("roster"."phone_user"."chosen_by" in ('hand', 'rule')),
	CONSTRAINT "phone_user_status" CHECK ("roster"."phone_user"."status" in ('active', 'disabled', 'deleted')),
	CONSTRAINT "phone_user_type" CHECK ("roster"."phone_user"."user_type" in ('Member', 'Guest'))
);
--> statement-breakpoint
CREATE TABLE "roster"."released_binding" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"phone_system_id" uuid NOT NULL,
	"extension" text NOT NULL,
	"released_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "released_binding_of_user" PRIMARY KEY("user_id","phone_system_id")
);
--> statement-breakpoint
CREATE TABLE "roster"."account_sync" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"delta_link" text,
	"hinted_at" timestamp (3) with time zone,
	"next_delta_at" timestamp (3) with time zone NOT NULL,
	"next_full_at" timestamp (3) with time zone NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"synced_at" timestamp (3) with time zone,
	"failure" jsonb,
	"failing_since" timestamp (3) with time zone,
	"tell_at" timestamp (3) with time zone,
	"is_told_failing" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "roster"."directory_set_member" (
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"set_key" text NOT NULL,
	"object_id" uuid NOT NULL,
	CONSTRAINT "directory_set_member_id" PRIMARY KEY("account_id","object_id","set_key")
);
--> statement-breakpoint
CREATE TABLE "roster"."import_rules" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"rules" jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"sets_read" text[] DEFAULT '{}' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "roster"."staged_change" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"status" text NOT NULL,
	"person" jsonb,
	"sync" boolean,
	"sso" boolean,
	CONSTRAINT "staged_change_user" PRIMARY KEY("run_id","object_id")
);
--> statement-breakpoint
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
	"subscribed_at" timestamp (3) with time zone,
	"failure" jsonb,
	"failed_at" timestamp (3) with time zone,
	"last_notified_at" timestamp (3) with time zone,
	"last_refused_at" timestamp (3) with time zone,
	"quiet_rounds" integer DEFAULT 0 NOT NULL,
	"is_quiet" boolean DEFAULT false NOT NULL
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
	"preview" boolean DEFAULT false NOT NULL,
	"filter" jsonb,
	"rules" jsonb,
	"delta_link" text,
	"approved_by" text,
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
	"warnings" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"error_code" text,
	"error_message" text,
	"checkpoint" text,
	"lease_token" bigint DEFAULT 0 NOT NULL,
	"lease_expires_at" timestamp (3) with time zone,
	"fruitless" integer DEFAULT 0 NOT NULL,
	"not_before" timestamp (3) with time zone,
	"waiting_for" text,
	"progressed_at" timestamp (3) with time zone,
	"stalled_at" timestamp (3) with time zone,
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
CREATE TABLE "roster"."sync_run_met" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"object_ids" uuid[] NOT NULL
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
CREATE TABLE "roster"."sync_run_set_member" (
	"tenant_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"set_key" text NOT NULL,
	"object_id" uuid NOT NULL,
	CONSTRAINT "sync_run_set_member_id" PRIMARY KEY("run_id","object_id","set_key")
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
ALTER TABLE "roster"."webhook_message" ADD CONSTRAINT "webhook_message_endpoint" FOREIGN KEY ("tenant_id","endpoint_id") REFERENCES "roster"."webhook_endpoint"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."revocation" ADD CONSTRAINT "revocation_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."binding" ADD CONSTRAINT "binding_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."binding" ADD CONSTRAINT "binding_to_extension" FOREIGN KEY ("tenant_id","phone_system_id","extension") REFERENCES "roster"."extension"("tenant_id","phone_system_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."extension" ADD CONSTRAINT "extension_phone_system" FOREIGN KEY ("tenant_id","phone_system_id") REFERENCES "roster"."phone_system"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."released_binding" ADD CONSTRAINT "released_binding_user" FOREIGN KEY ("tenant_id","user_id") REFERENCES "roster"."phone_user"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."released_binding" ADD CONSTRAINT "released_binding_to_extension" FOREIGN KEY ("tenant_id","phone_system_id","extension") REFERENCES "roster"."extension"("tenant_id","phone_system_id","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."staged_change" ADD CONSTRAINT "staged_change_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_met" ADD CONSTRAINT "sync_run_met_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_selection" ADD CONSTRAINT "sync_run_selection_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_set_member" ADD CONSTRAINT "sync_run_set_member_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roster"."sync_run_skipped_user" ADD CONSTRAINT "sync_run_skipped_user_run" FOREIGN KEY ("tenant_id","run_id") REFERENCES "roster"."sync_run"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_message_waiting" ON "roster"."webhook_message" USING btree ("endpoint_id","user_id","seq") WHERE "roster"."webhook_message"."delivered_at" is null;--> statement-breakpoint
CREATE INDEX "webhook_message_in_order" ON "roster"."webhook_message" USING btree ("endpoint_id","seq") WHERE "roster"."webhook_message"."delivered_at" is null;--> statement-breakpoint
CREATE INDEX "webhook_message_age" ON "roster"."webhook_message" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "revocation_due" ON "roster"."revocation" USING btree ("not_before");--> statement-breakpoint
CREATE INDEX "extension_in_order" ON "roster"."extension" USING btree ("phone_system_id",length("number"),"number");--> statement-breakpoint
CREATE INDEX "pending_audit_event_due" ON "roster"."pending_audit_event" USING btree ("not_before");--> statement-breakpoint
CREATE INDEX "phone_user_by_name" ON "roster"."phone_user" USING btree ("tenant_id",lower("display_name"),"id") WHERE created_at > '-infinity';--> statement-breakpoint
CREATE INDEX "phone_user_by_upn" ON "roster"."phone_user" USING btree ("upn_domain_hash","upn_hash") WHERE sso and status = 'active';--> statement-breakpoint
CREATE INDEX "phone_user_by_mail" ON "roster"."phone_user" USING btree ("mail_domain_hash","mail_hash") WHERE sso and status = 'active' and mail_hash is not null;--> statement-breakpoint
CREATE INDEX "phone_user_gone" ON "roster"."phone_user" USING btree ("status_since") WHERE "roster"."phone_user"."status" <> 'active';--> statement-breakpoint
CREATE INDEX "account_sync_next" ON "roster"."account_sync" USING btree ("next_delta_at");--> statement-breakpoint
CREATE INDEX "account_sync_of_tenant" ON "roster"."account_sync" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "account_sync_to_tell" ON "roster"."account_sync" USING btree ("tell_at") WHERE "roster"."account_sync"."tell_at" is not null;--> statement-breakpoint
CREATE INDEX "import_rules_of_tenant" ON "roster"."import_rules" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "subscription_due" ON "roster"."subscription" USING btree ("renew_at");--> statement-breakpoint
CREATE INDEX "subscription_of_tenant" ON "roster"."subscription" USING btree ("tenant_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sync_run_one_running" ON "roster"."sync_run" USING btree ("account_id") WHERE "roster"."sync_run"."status" = 'running';--> statement-breakpoint
CREATE INDEX "sync_run_open" ON "roster"."sync_run" USING btree ("account_id","id") WHERE "roster"."sync_run"."status" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "sync_run_of_tenant" ON "roster"."sync_run" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "sync_run_met_of_run" ON "roster"."sync_run_met" USING btree ("run_id");
