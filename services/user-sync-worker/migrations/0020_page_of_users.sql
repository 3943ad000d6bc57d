-- A page of people as one parameter: an array for each column. It reaches Postgres without being copied again for each of them.
CREATE TYPE "roster"."page_of_users" AS (
	"ids" uuid[],
	"object_ids" uuid[],
	"display_names" text[],
	"given_names" text[],
	"surnames" text[],
	"user_principal_names" text[],
	"mails" text[],
	"phones" text[],
	"mobile_phones" text[],
	"job_titles" text[],
	"departments" text[],
	"user_types" text[],
	"statuses" text[],
	"syncs" boolean[],
	"ssos" boolean[],
	"employee_ids" text[],
	"content_digests" bytea[]
);
