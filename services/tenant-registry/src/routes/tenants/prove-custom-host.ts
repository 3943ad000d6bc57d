import { refusals } from '@jackfield/contract/http/problems/refusals'
import { HostParams, HostProof } from '@jackfield/contract/tenants/custom-host'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { customHostOf, judgeProof } from '../../domain/host-proof.ts'
import { refuse } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'proveCustomHost',
  summary: 'Look for the proof of a custom host in DNS and on its web server; once found, the host is in use',
  tags: ['Tenants'],
  params: HostParams,
  response: { 200: HostProof },
  refusals: refusals('host-not-found'),
}

type Needed = Pick<Ports, 'hosts' | 'hostProbe' | 'baseUrl'>

export const proveCustomHost: FastifyPluginAsyncZod<Needed> = async (app, { hosts, hostProbe, baseUrl }) => {
  app.post('/tenants/:tenantId/custom-hosts/:hostname/proof', { schema }, async (request) => {
    const { tenantId, hostname } = request.params
    const claim = (await hosts.list(tenantId)).find((one) => one.hostname === hostname)
    if (!claim) throw refuse('host-not-found')
    const host = customHostOf(claim, baseUrl)
    if (claim.provenAt !== null) return { ok: true, dns: 'not-asked' as const, file: 'not-asked' as const, host }

    const [texts, lines] = await Promise.all([hostProbe.readTexts(host.dns.name), hostProbe.readFile(host.file.url)])
    const [dns, file] = [judgeProof(texts, host.dns.value), judgeProof(lines, host.file.content)]
    const ok = dns === 'found' || file === 'found'
    const details = { hostname, dns, file }
    const entry = auditEntry(request, {
      action: 'custom-host.prove',
      tenantId,
      target: tenantId,
      details,
      outcome: ok ? 'success' : 'failure',
    })
    const judged = await hosts.recordProof(tenantId, claim, ok, entry)
    if (!judged) throw refuse('host-not-found')
    return { ok, dns, file, host: customHostOf(judged, baseUrl) }
  })
}
