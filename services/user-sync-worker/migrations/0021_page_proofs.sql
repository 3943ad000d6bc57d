CREATE TABLE "roster"."page_proof" (
	"tenant_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"digest" "bytea" NOT NULL,
	"run_id" uuid NOT NULL,
	"object_ids" uuid[] NOT NULL,
	"places" "tid"[] NOT NULL,
	"state" bigint NOT NULL,
	"sso" boolean,
	CONSTRAINT "page_proof_of_account" PRIMARY KEY("account_id","digest")
);
--> statement-breakpoint
ALTER TABLE "roster"."page_proof" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."page_proof" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
-- As on every other table of tenants (0009): nothing is written behind the back of a tenant's erasure.
CREATE TRIGGER refuse_removed_tenant AFTER INSERT ON "roster"."page_proof" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION roster.refuse_removed_tenant();
