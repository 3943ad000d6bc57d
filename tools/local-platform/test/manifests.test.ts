import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ListenSettings } from '@jackfield/configuration/settings'
import { CLOSING_MS } from '@jackfield/http-server/run-service'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { hasKubectl, type RenderedDocument, renderManifests } from './image/declared-processes.ts'

const root = join(import.meta.dirname, '../../..')
const base = join(root, 'deploy/k8s/base')

describe.skipIf(!hasKubectl())('the manifests of Kubernetes', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jackfield-overlay-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function renderRelease(tag: string): Promise<Map<string, RenderedDocument>> {
    const overlay = { resources: [relative(folder, base)], images: [{ name: 'jackfield', newTag: tag }] }
    await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(overlay))
    const documents = await renderManifests(folder)
    return new Map(documents.map((document) => [`${document.kind} ${document.metadata.name}`, document]))
  }

  test('FC-66 applying again with a new tag changes the image of every workload and no immutable field', async () => {
    const first = await renderRelease('1.0.0')
    const second = await renderRelease('1.0.1')
    const workloads = [...second].filter(([name]) => /^(?:Deployment|Job|StatefulSet) /.test(name))
    expect(workloads.length).toBeGreaterThanOrEqual(4)
    for (const [name, document] of workloads) {
      expect(JSON.stringify(document), name).toContain('"jackfield:1.0.1"')
      expect(immutableOf(document), name).toEqual(immutableOf(first.get(name)))
    }
  })

  test('FC-68 no pod leaves its Service because all of them have lost a store', async () => {
    const deployments = [...(await renderRelease('1.0.0')).values()].filter(({ kind }) => kind === 'Deployment')
    expect(deployments.length).toBeGreaterThanOrEqual(4)
    for (const deployment of deployments)
      expect(JSON.stringify(deployment)).toContain('"readinessProbe":{"httpGet":{"path":"/health/serving"')
  })

  test('FC-63 every pod and every container of Compose gets the time that a service needs to end', async () => {
    const wanted = z.object(ListenSettings).parse({}).SHUTDOWN_DELAY_SECONDS + CLOSING_MS / 1000
    const deployments = [...(await renderRelease('1.0.0')).values()].filter(({ kind }) => kind === 'Deployment')
    expect(deployments.length).toBeGreaterThanOrEqual(4)
    for (const deployment of deployments)
      expect(Pods.parse(deployment).spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(wanted)
    const { services } = Compose.parse(parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }))
    const ours = Object.values(services).filter(
      (service) => service.image.startsWith('jackfield:') && service.command?.at(-1) !== 'migrate',
    )
    expect(ours).toHaveLength(4)
    for (const { stop_grace_period: grace = '10s' } of ours)
      expect(Number(/^(\d+)s$/.exec(grace)?.[1])).toBeGreaterThan(wanted)
  })
})

const Pods = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({ spec: z.looseObject({ terminationGracePeriodSeconds: z.number() }) }),
  }),
})
const Compose = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      command: z.array(z.string()).optional(),
      stop_grace_period: z.string().optional(),
    }),
  ),
})

/** Fields that the API server refuses to change: a Job's whole template, and the selector of every other workload. */
function immutableOf(document: RenderedDocument | undefined): unknown {
  const spec = document?.spec
  return document?.kind === 'Job' ? spec?.template : spec?.selector
}
