import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasKubectl, type RenderedDocument, renderManifests } from './image/declared-processes.ts'

const base = join(import.meta.dirname, '../../../deploy/k8s/base')

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

  test('FC-66 a second apply with a new tag changes the image of every workload and no field that is immutable', async () => {
    const first = await renderRelease('1.0.0')
    const second = await renderRelease('1.0.1')
    const workloads = [...second].filter(([name]) => /^(?:Deployment|Job|StatefulSet) /.test(name))
    expect(workloads.length).toBeGreaterThanOrEqual(4)
    for (const [name, document] of workloads) {
      expect(JSON.stringify(document), name).toContain('"jackfield:1.0.1"')
      expect(immutableOf(document), name).toEqual(immutableOf(first.get(name)))
    }
  })
})

/** What the API server refuses to change: all of a Job's template, the selector of everything else that runs pods. */
function immutableOf(document: RenderedDocument | undefined): unknown {
  const spec = document?.spec
  return document?.kind === 'Job' ? spec?.template : spec?.selector
}
