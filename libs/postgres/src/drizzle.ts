import { createRequire } from 'node:module'
import type * as Core from 'drizzle-orm'
import type * as NodePostgres from 'drizzle-orm/node-postgres'
import type * as Migrator from 'drizzle-orm/node-postgres/migrator'
import type * as PgCore from 'drizzle-orm/pg-core'
import type { Pool } from 'pg'

// drizzle-orm as CommonJS, which costs a process 20 MB. As ES modules it costs 190 MB: Node parses its package.json
// (180 KB of exports) again for each of its hundreds of files.
const require = createRequire(import.meta.url)
const core: typeof Core = require('drizzle-orm')
const nodePostgres: typeof NodePostgres = require('drizzle-orm/node-postgres')
const migrator: typeof Migrator = require('drizzle-orm/node-postgres/migrator')
const pgCore: typeof PgCore = require('drizzle-orm/pg-core')

export const { and, asc, desc, eq, exists, gt, inArray, isNotNull, isNull, lt, lte, notInArray, sql } = core
export const { drizzle } = nodePostgres
export const { migrate } = migrator
export const { bigint, boolean, check, customType, foreignKey, index, integer, jsonb } = pgCore
export const { pgSchema, primaryKey, text, timestamp, unique, uniqueIndex, uuid } = pgCore
export type { SQL } from 'drizzle-orm'

/** The tables of a service over its pool. */
export type Database = NodePostgres.NodePgDatabase & { $client: Pool }
/** The same on the one connection of a transaction. */
export type Transaction = Omit<NodePostgres.NodePgDatabase, 'transaction'>
