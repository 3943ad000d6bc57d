-- The service works under this role; whoever migrates owns the tables. Roles belong to the whole cluster, where another database may have
-- made it already.
DO $$ BEGIN
	CREATE ROLE jackfield_registry NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
-- Since Postgres 16 the creator of a role may not take it on by itself.
DO $$ BEGIN
	IF NOT pg_has_role(current_user, 'jackfield_registry', CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
		EXECUTE format('GRANT jackfield_registry TO %I', current_user);
	END IF;
END $$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA "registry" TO jackfield_registry;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "registry" TO jackfield_registry;
--> statement-breakpoint
ALTER DEFAULT PRIVILEGES IN SCHEMA "registry" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jackfield_registry;
--> statement-breakpoint
-- What happened is only ever added to.
REVOKE UPDATE, DELETE ON "registry"."audit_event" FROM jackfield_registry;
--> statement-breakpoint
-- The tenant of the running transaction, or '*' for work above all tenants; without it no row is there.
CREATE FUNCTION "registry"."in_scope"("tenant_id" uuid) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce("tenant_id"::text = current_setting('jackfield.tenant', true), false) OR coalesce(current_setting('jackfield.tenant', true) = '*', false) $$;
--> statement-breakpoint
ALTER TABLE "registry"."tenant" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."tenant" USING ("registry"."in_scope"("id"));
--> statement-breakpoint
ALTER TABLE "registry"."tenant_host" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."tenant_host" USING ("registry"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "registry"."tenant_data_key" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."tenant_data_key" USING ("registry"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "registry"."microsoft_account" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."microsoft_account" USING ("registry"."in_scope"("tenant_id"));
--> statement-breakpoint
-- A credential is where its account is: the inner query is confined itself.
ALTER TABLE "registry"."microsoft_credential" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."microsoft_credential" USING (EXISTS (SELECT 1 FROM "registry"."microsoft_account" "a" WHERE "a"."id" = "account_id"));
--> statement-breakpoint
ALTER TABLE "registry"."api_key" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."api_key" USING ("registry"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "registry"."control_sign_in_link" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."control_sign_in_link" USING ("registry"."in_scope"("tenant_id"));
--> statement-breakpoint
ALTER TABLE "registry"."audit_event" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY "tenant_scope" ON "registry"."audit_event" USING ("registry"."in_scope"("tenant_id"));
