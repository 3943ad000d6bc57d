CREATE TABLE "registry"."app_secret" (
	"id" uuid PRIMARY KEY NOT NULL,
	"client_id" text NOT NULL,
	"hint" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "registry"."app" ADD COLUMN "redirect_schemes" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "registry"."app" ADD COLUMN "id_token_signed_response_alg" text DEFAULT 'RS256' NOT NULL;--> statement-breakpoint
ALTER TABLE "registry"."app" ADD COLUMN "token_endpoint_auth_method" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "registry"."app" ADD COLUMN "jwks" jsonb;--> statement-breakpoint
ALTER TABLE "registry"."app" ADD COLUMN "jwks_uri" text;--> statement-breakpoint
ALTER TABLE "registry"."microsoft_account" ADD COLUMN "off_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registry"."tenant" ADD COLUMN "default_country" text;--> statement-breakpoint
ALTER TABLE "registry"."app_secret" ADD CONSTRAINT "app_secret_client_id_app_client_id_fk" FOREIGN KEY ("client_id") REFERENCES "registry"."app"("client_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "app_secret_client" ON "registry"."app_secret" USING btree ("client_id");