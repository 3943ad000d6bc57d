-- What proves the app may come from elsewhere: then nothing is sealed here, and nothing here expires.
ALTER TABLE "registry"."microsoft_credential" ALTER COLUMN "expires_at" DROP NOT NULL;
