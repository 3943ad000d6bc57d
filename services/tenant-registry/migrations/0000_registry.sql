CREATE SCHEMA "registry";
--> statement-breakpoint
CREATE TABLE "registry"."administrator" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"sign_in_tenant_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"object_id" uuid NOT NULL,
	"role" text NOT NULL,
	"display_name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry"."api_key" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"tenant_id" uuid,
	"role" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" "bytea",
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "api_key_prefix_key" UNIQUE("prefix")
);
--> statement-breakpoint
CREATE TABLE "registry"."app" (
	"client_id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"shared_url" text,
	"tenant_url" text NOT NULL,
	"callback_paths" text[] NOT NULL,
	"post_logout_paths" text[] NOT NULL,
	"backchannel_logout_path" text,
	"requires_binding" boolean NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry"."audit_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"tenant_id" uuid,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"target" text,
	"request_id" text,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry"."consent_request" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"state_hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "consent_request_state_key" UNIQUE("state_hash")
);
--> statement-breakpoint
CREATE TABLE "registry"."control_sign_in_link" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid,
	"role" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"redeemed_at" timestamp (3) with time zone,
	CONSTRAINT "control_sign_in_link_token_key" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "registry"."expiry_notice" (
	"tenant_id" uuid NOT NULL,
	"credential_id" uuid NOT NULL,
	"threshold" integer NOT NULL,
	CONSTRAINT "expiry_notice_threshold" PRIMARY KEY("credential_id","threshold")
);
--> statement-breakpoint
CREATE TABLE "registry"."hand_over_link" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"opened_at" timestamp (3) with time zone,
	CONSTRAINT "hand_over_link_token_key" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "registry"."microsoft_account" (
	"id" uuid PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"alias" text NOT NULL,
	"alias_key" text NOT NULL,
	"client_id" uuid NOT NULL,
	"directory_id" uuid NOT NULL,
	"cloud" text NOT NULL,
	"redirect_platform" text NOT NULL,
	"redirect_mode" text NOT NULL,
	"registered_redirect_uris" text[],
	"findings" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"sync_failure" jsonb,
	"next_check_at" timestamp (3) with time zone DEFAULT now() + interval '24 hours' NOT NULL,
	"status" text NOT NULL,
	"first_ready_at" timestamp (3) with time zone,
	"last_verified_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry"."microsoft_credential" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"refused_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "registry"."previous_credential" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "registry"."tenant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"removing" boolean DEFAULT false NOT NULL,
	"branding" jsonb DEFAULT '{"displayName":null,"accentColour":null,"language":null,"logo":null}'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "tenant_slug_key" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "registry"."tenant_data_key" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"sealed" "bytea" NOT NULL,
	"lost" "bytea"[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry"."tenant_host" (
	"hostname" text PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL,
	"proof" uuid DEFAULT gen_random_uuid() NOT NULL,
	"proven_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "registry"."tenant_logo" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "registry"."administrator" ADD CONSTRAINT "administrator_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."administrator" ADD CONSTRAINT "administrator_sign_in_tenant_id_tenant_id_fk" FOREIGN KEY ("sign_in_tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."api_key" ADD CONSTRAINT "api_key_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."consent_request" ADD CONSTRAINT "consent_request_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."consent_request" ADD CONSTRAINT "consent_request_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."control_sign_in_link" ADD CONSTRAINT "control_sign_in_link_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."expiry_notice" ADD CONSTRAINT "expiry_notice_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."hand_over_link" ADD CONSTRAINT "hand_over_link_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."hand_over_link" ADD CONSTRAINT "hand_over_link_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."microsoft_account" ADD CONSTRAINT "microsoft_account_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."microsoft_credential" ADD CONSTRAINT "microsoft_credential_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."previous_credential" ADD CONSTRAINT "previous_credential_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."tenant_data_key" ADD CONSTRAINT "tenant_data_key_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."tenant_host" ADD CONSTRAINT "tenant_host_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."tenant_logo" ADD CONSTRAINT "tenant_logo_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "administrator_identity" ON "registry"."administrator" USING btree ("sign_in_tenant_id","directory_id","object_id");--> statement-breakpoint
CREATE INDEX "administrator_tenant" ON "registry"."administrator" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "api_key_tenant" ON "registry"."api_key" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "audit_event_tenant" ON "registry"."audit_event" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "consent_request_account" ON "registry"."consent_request" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "expiry_notice_tenant" ON "registry"."expiry_notice" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "hand_over_link_account" ON "registry"."hand_over_link" USING btree ("account_id");--> statement-breakpoint
CREATE UNIQUE INDEX "microsoft_account_alias" ON "registry"."microsoft_account" USING btree ("tenant_id","alias_key");--> statement-breakpoint
CREATE INDEX "microsoft_account_next_check" ON "registry"."microsoft_account" USING btree ("next_check_at");--> statement-breakpoint
CREATE INDEX "tenant_host_tenant" ON "registry"."tenant_host" USING btree ("tenant_id");