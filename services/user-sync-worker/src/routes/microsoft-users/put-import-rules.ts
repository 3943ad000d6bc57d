import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import { RunQuery } from '@jackfield/contract/microsoft/import-request'
import { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import { AccountParams } from '@jackfield/contract/microsoft/microsoft-account'
import { SyncRunStarted } from '@jackfield/contract/microsoft/sync-run'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { explainUnreadSet, setsOf } from '../../domain/import-rules.ts'
import { refuse } from '../../errors.ts'
import { enabledConnection, microsoftRefusal } from '../../guards/microsoft-account.ts'
import { startRun } from '../../http/start-run.ts'
import type { Directory, Ports } from '../../ports.ts'

const schema = {
  operationId: 'putImportRules',
  summary: 'Replace the rules by which users of a Microsoft 365 account are synced without being ticked',
  description:
    'A full comparison by the new rules follows by itself. With `preview` the rules are not kept: the run counts and lists what they would change.',
  tags: ['Import'],
  params: AccountParams,
  headers: IfMatch,
  querystring: RunQuery,
  body: ImportRules,
  response: {
    200: ImportRules,
    202: SyncRunStarted,
  },
  refusals: refusals(
    'account-not-found',
    'account-not-enabled',
    'consent-missing',
    'import-rules-unreadable',
    'microsoft-refused',
    'version-conflict',
    'too-many-runs',
    'microsoft-rejected',
    'microsoft-throttled',
    'microsoft-unavailable',
  ),
}

export const putImportRules: FastifyPluginAsyncZod<
  Pick<Ports, 'registry' | 'directory' | 'importRules' | 'runs' | 'queue'>
> = async (app, ports) => {
  const { registry, directory, importRules } = ports
  app.put('/tenants/:tenantId/microsoft-accounts/:accountId/import-rules', { schema }, async (request, reply) => {
    const { tenantId, accountId } = request.params
    const connection = await enabledConnection(registry, request.params)
    await requireReadableSets(directory, connection, request.body)
    const account = { tenantId, accountId, directoryId: connection.directoryId }
    if (request.query.preview) {
      const run = { ...account, preview: true, request: { mode: 'full' as const }, rules: request.body }
      return startRun(ports, request, reply, { ...run, action: 'import-rules.preview' })
    }
    const read = await importRules.find(tenantId, accountId)
    if (!isMatch(request.headers['if-match'], read.version)) throw refuse('version-conflict')
    const expected = request.headers['if-match'] === undefined ? undefined : read.version
    const details = { rules: String(request.body.items.length), leavers: request.body.leavers }
    const entry = auditEntry(request, { action: 'import-rules.put', tenantId, target: accountId, details })
    const version = await importRules.put(account, request.body, expected, entry)
    if (version === undefined) throw refuse('version-conflict')
    return reply.header('etag', entityTag(version)).send(request.body)
  })
}

const LONGEST_WAIT_MS = 10_000

/** Refuses rules whose groups or licences Microsoft does not show. */
async function requireReadableSets(directory: Directory, connection: Connection, rules: ImportRules): Promise<void> {
  for (const set of setsOf(rules)) {
    const answer = await directory.listMembers(connection, set, null, AbortSignal.timeout(LONGEST_WAIT_MS))
    if (answer.kind === 'consent-missing' || answer.kind === 'rejected') {
      throw refuse('import-rules-unreadable', { detail: explainUnreadSet(set, answer.kind) })
    }
    if (answer.kind !== 'page') throw microsoftRefusal(answer)
  }
}
