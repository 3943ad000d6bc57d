-- What the last connection tests found registered in Entra ID; null before the first. The difference to what is needed is shown (S20).
ALTER TABLE "registry"."microsoft_account" ADD COLUMN "registered_redirect_uris" text[];
