import { z } from 'zod'
import { Etag } from '../http/entity-tag.ts'
import { Guid, Id, Timestamp } from '../http/identifier.ts'
import { PageQuery } from '../http/page.ts'

export const SyncRunStatus = z.enum(['queued', 'running', 'awaiting-approval', 'succeeded', 'failed', 'cancelled'])
export type SyncRunStatus = z.infer<typeof SyncRunStatus>

const Count = z.number().int().min(0)

const SyncRunCounts = z.object({
  seen: Count,
  created: Count,
  updated: Count,
  unchanged: Count,
  disabled: Count,
  deleted: Count,
  skipped: Count,
})

/**
 * What a run waits for: Microsoft, a certificate of Microsoft's host that this platform trusts, a part of the platform,
 * a fault of ours that is tried again, the run of the account before it, or a free worker.
 */
export const RunWait = z.enum([
  'microsoft-throttled',
  'microsoft-unavailable',
  'certificate-untrusted',
  'temporarily-unavailable',
  'internal-error',
  'another-run',
  'worker',
])
export type RunWait = z.infer<typeof RunWait>

/** A question about removals: how many people, by which limits, and who said yes. */
const Approval = z.object({
  requestedAt: Timestamp,
  removals: Count.meta({
    description: 'How many people the run would remove; less when some are enabled again meanwhile',
  }),
  disabled: Count.meta({ description: 'Of them, how many it would disable' }),
  deleted: Count.meta({ description: 'Of them, how many it would delete; the others would no longer be synced' }),
  thresholdPercent: z.number().min(0).max(100).meta({
    description: 'More than this share of the synced users, removed within `windowHours`, needs an approval',
  }),
  thresholdUsers: Count.meta({ description: 'Fewer removals never need one' }),
  windowHours: Count.meta({ description: 'Removals of the directory within these hours count together' }),
  approvedBy: z.string().nullable(),
})

/** One import, delta or full comparison of one Microsoft account. */
export const SyncRun = z
  .object({
    etag: Etag,
    id: Id,
    tenantId: Id,
    accountId: Id,
    kind: z.enum(['import', 'delta', 'full']),
    status: SyncRunStatus,
    preview: z.boolean().meta({ description: 'Counts what a run would do, and changes nothing' }),
    requestedBy: z.string().meta({ description: 'An admin, `schedule` or `notification`' }),
    counts: SyncRunCounts.meta({ description: 'While the run awaits approval, with the removals that it asks about' }),
    total: Count.nullable().meta({ description: 'How many users there are to see, when known' }),
    skippedUsers: z
      .array(z.object({ id: Guid, reason: z.string() }))
      .meta({ description: 'At most 100 users the run could not import, and why' }),
    warnings: z
      .array(
        z.object({
          code: z.string(),
          message: z.string(),
          attribute: z.string().optional().meta({ description: 'Of `attribute-emptied`: which one, as in a user' }),
          users: Count.optional().meta({ description: 'Of `attribute-emptied`: how many people lose it' }),
        }),
      )
      .meta({
        description:
          'What the run had to leave out (`import-rules-suspended`), or an attribute that it would empty for so many people that it awaits approval (`attribute-emptied`), and why; or why an approved run failed and awaits approval again (`approval-failed`)',
      }),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    lastProgressAt: Timestamp.nullable().meta({ description: 'When the run took a step last; null before its first' }),
    waiting: z
      .object({
        until: Timestamp.nullable().meta({ description: 'When it is tried again; null when nobody knows' }),
        reason: RunWait,
      })
      .nullable()
      .meta({
        description: 'What the run waits for; null while it is worked on, and when it is over or waits for an approval',
      }),
    approval: Approval.nullable().meta({
      description:
        'What the run asks, or asked, an admin; null when it never did. All that the run found besides these removals is done',
    }),
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    finishedAt: Timestamp.nullable(),
  })
  .meta({ id: 'SyncRun' })
export type SyncRun = z.infer<typeof SyncRun>

export const SyncRunQuery = PageQuery.extend({ status: SyncRunStatus.optional() })
export type SyncRunQuery = z.infer<typeof SyncRunQuery>

export const SyncRunParams = z.object({ tenantId: Id, runId: Id })
/** A run that was asked for; `runId` repeats its id. */
export const SyncRunStarted = SyncRun.extend({ runId: Id }).meta({ id: 'SyncRunStarted' })
