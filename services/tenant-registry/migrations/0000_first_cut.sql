CREATE SCHEMA "registry";
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
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry"."tenant" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "tenant_slug_key" UNIQUE("slug")
);
--> statement-breakpoint
CREATE TABLE "registry"."tenant_data_key" (
	"tenant_id" uuid PRIMARY KEY NOT NULL,
	"sealed" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "registry"."tenant_host" (
	"hostname" text PRIMARY KEY NOT NULL,
	"tenant_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "registry"."api_key" ADD CONSTRAINT "api_key_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."control_sign_in_link" ADD CONSTRAINT "control_sign_in_link_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."microsoft_account" ADD CONSTRAINT "microsoft_account_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."microsoft_credential" ADD CONSTRAINT "microsoft_credential_account_id_microsoft_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "registry"."microsoft_account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."tenant_data_key" ADD CONSTRAINT "tenant_data_key_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "registry"."tenant_host" ADD CONSTRAINT "tenant_host_tenant_id_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "registry"."tenant"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_key_tenant" ON "registry"."api_key" USING btree ("tenant_id");--> statement-breakpoint
CREATE INDEX "audit_event_tenant" ON "registry"."audit_event" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "microsoft_account_alias" ON "registry"."microsoft_account" USING btree ("tenant_id","alias_key");--> statement-breakpoint
CREATE INDEX "tenant_host_tenant" ON "registry"."tenant_host" USING btree ("tenant_id");