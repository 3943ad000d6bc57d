-- The service works under this role; whoever migrates owns the tables. Roles belong to the whole cluster, where another database may have
-- made it already.
DO $$ BEGIN
	CREATE ROLE jackfield_roster NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
-- Since Postgres 16 the creator of a role may not take it on by itself.
DO $$ BEGIN
	IF NOT pg_has_role(current_user, 'jackfield_roster', CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
		EXECUTE format('GRANT jackfield_roster TO %I', current_user);
	END IF;
END $$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA "roster" TO jackfield_roster;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "roster" TO jackfield_roster;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA "roster" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jackfield_roster;
--> statement-breakpoint
-- The tenant of the connection's present work, or '*' for work above all tenants; without it no row is there.
CREATE FUNCTION "roster"."in_scope"("tenant_id" uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce("tenant_id"::text = current_setting('jackfield.tenant', true), false) OR coalesce(current_setting('jackfield.tenant', true) = '*', false) $$;
--> statement-breakpoint
ALTER TABLE "roster"."phone_user" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."phone_user" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."phone_system" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."phone_system" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."extension" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."extension" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."binding" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."binding" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."sync_run" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."sync_run" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."sync_run_selection" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."sync_run_selection" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."sync_run_skipped_user" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."sync_run_skipped_user" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."pending_audit_event" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."pending_audit_event" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."staged_change" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."staged_change" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."sync_run_met" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."sync_run_met" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."account_sync" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."account_sync" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."subscription" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."subscription" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."webhook_endpoint" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."webhook_endpoint" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."webhook_message" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."webhook_message" USING ("roster"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "roster"."binding_rules" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "roster"."binding_rules" USING ("roster"."in_scope"("tenant_id"));
