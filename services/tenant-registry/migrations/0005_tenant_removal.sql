-- A removal that was cut short is finished by asking again; until then the tenant's hosts lead nowhere (AD-10).
ALTER TABLE "registry"."tenant" ADD COLUMN "removing" boolean DEFAULT false NOT NULL;
