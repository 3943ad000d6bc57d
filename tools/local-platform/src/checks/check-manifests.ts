import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'

const Workload = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({}).optional(),
})

/** Renders every kustomization and reads docker-compose.yml. Prints the problems; returns true when there is none. */
export function checkManifests(root: string): boolean {
  const problems = [
    ...globSync('deploy/k8s/**/kustomization.yaml', { cwd: root }).flatMap((file) =>
      renderKustomization(join(root, dirname(file))),
    ),
    ...readCompose(root),
  ]
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  return problems.length === 0
}

function renderKustomization(folder: string): string[] {
  const rendered = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' })
  if (rendered.error) {
    // Optional on a laptop, required in CI.
    if (process.env.CI === 'true') return [`kubectl is needed to render ${folder}: ${rendered.error.message}`]
    process.stdout.write(`kubectl is not installed: ${folder} is not rendered\n`)
    return []
  }
  if (rendered.status !== 0) return [`${folder}: ${rendered.stderr.trim()}`]
  return parseAllDocuments(rendered.stdout).flatMap((document) => {
    const parsed = Workload.safeParse(document.toJS())
    if (!parsed.success) return [`${folder}: a document without kind or name`]
    const { kind, metadata } = parsed.data
    return workloadProblems(kind, document.toJS()).map((problem) => `${folder}: ${kind} ${metadata.name} ${problem}`)
  })
}

const PodTemplate = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(
          z.looseObject({
            name: z.string(),
            livenessProbe: z.unknown().optional(),
            readinessProbe: z.unknown().optional(),
            resources: z.looseObject({ requests: z.unknown(), limits: z.unknown() }).optional(),
            securityContext: z
              .looseObject({ allowPrivilegeEscalation: z.boolean(), readOnlyRootFilesystem: z.boolean() })
              .optional(),
          }),
        ),
      }),
    }),
  }),
})

/** Requirements of every long-running container. */
function workloadProblems(kind: string, document: unknown): string[] {
  if (kind !== 'Deployment') return []
  const { containers } = PodTemplate.parse(document).spec.template.spec
  return containers.flatMap((container) => [
    ...(container.livenessProbe && container.readinessProbe ? [] : [`${container.name} has no probes`]),
    ...(container.resources ? [] : [`${container.name} has no resource requests and limits`]),
    ...(container.securityContext && !container.securityContext.allowPrivilegeEscalation
      ? []
      : [`${container.name} may escalate its privileges`]),
  ])
}

function readCompose(root: string): string[] {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const compose = z.looseObject({ services: z.record(z.string(), z.looseObject({})) }).safeParse(parse(text))
  return compose.success ? [] : [`docker-compose.yml: ${compose.error.message}`]
}
