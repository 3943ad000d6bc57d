import { z } from 'zod'

/** Ids of our own making: UUIDs, version 7. */
export const Id = z.uuid().meta({ description: 'UUID' })

/** Microsoft's ids (client id, directory id, object id): GUIDs, blanks trimmed, lower case as Entra prints them. */
export const Guid = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
    'must be a GUID such as 00000000-0000-0000-0000-000000000000',
  )

/** Times are ISO 8601 in UTC. There was no year 0, says Postgres. */
export const Timestamp = z.iso.datetime().refine((text) => !text.startsWith('0000-'), 'must be a time after the year 0')

export const TenantParams = z.object({ tenantId: Id })
