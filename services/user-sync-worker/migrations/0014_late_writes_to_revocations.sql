-- As on every other table of tenants (0009): nothing is written behind the back of a tenant's erasure.
CREATE TRIGGER refuse_removed_tenant AFTER INSERT ON "roster"."revocation" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION roster.refuse_removed_tenant();
