import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runProgram } from '@jackfield/local-stores/run-program'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'

/** A process that a deployment file starts from the image: its command and its settings. */
export type DeclaredProcess = { name: string; command: string[]; settings: Record<string, string> }

const Compose = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

/** The services of docker-compose.yml that run our image, in its order, with `variables` as its `.env`. */
export function composeProcesses(root: string, variables: Readonly<Record<string, string>>): DeclaredProcess[] {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const { services } = Compose.parse(parse(text, { merge: true }))
  return Object.entries(services)
    .filter(([, { image }]) => image.startsWith('jackfield:'))
    .map(([name, { command = [], environment = {} }]) => ({
      name,
      command,
      settings: Object.fromEntries(
        Object.entries(environment).map(([key, value]) => [key, interpolate(value, variables)]),
      ),
    }))
}

/** Replaces `${NAME:?message}` and `${NAME:-default}`, as Compose does. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = variables[name]
    if (value === undefined && kind === '?') throw new Error(rest)
    return value ?? rest
  })
}

const Setting = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z
    .object({
      configMapKeyRef: z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() }).optional(),
      secretKeyRef: z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() }).optional(),
    })
    .optional(),
})
const Container = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  env: z.array(Setting).default([]),
})
const Pods = z.looseObject({
  spec: z.looseObject({ template: z.looseObject({ spec: z.looseObject({ containers: z.array(Container) }) }) }),
})
const Document = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()).optional(),
  spec: z.looseObject({}).optional(),
})
export type RenderedDocument = z.infer<typeof Document>

/** Tests that need kubectl are skipped without it, but never on the build machine. */
export function hasKubectl(): boolean {
  const isThere = spawnSync('kubectl', ['version', '--client']).status === 0
  if (!isThere && process.env.CI === 'true') throw new Error('kubectl is needed under CI')
  return isThere
}

/** The documents of a kustomization, as kubectl renders them. */
export async function renderManifests(folder: string): Promise<RenderedDocument[]> {
  const rendered = await runProgram('kubectl', ['kustomize', folder])
  return parseAllDocuments(rendered).map((document) => Document.parse(document.toJS()))
}

/** The containers of a rendered kustomization's Deployments, with `secret` as the Secret that they name. */
export function clusterProcesses(
  documents: readonly RenderedDocument[],
  secret: Readonly<Record<string, string>>,
): DeclaredProcess[] {
  const maps = new Map(
    documents.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata, data = {} }) => [metadata.name, data]),
  )
  const settingOf = ({ name, value, valueFrom }: z.infer<typeof Setting>): Array<[string, string]> => {
    const map = valueFrom?.configMapKeyRef
    const held = map
      ? maps.get(map.name)?.[map.key]
      : valueFrom?.secretKeyRef
        ? secret[valueFrom.secretKeyRef.key]
        : value
    if (held !== undefined) return [[name, held]]
    if (map?.optional || valueFrom?.secretKeyRef?.optional) return []
    throw new Error(`${name}: nothing has its value`)
  }
  return documents
    .filter(({ kind }) => kind === 'Deployment')
    .flatMap((document) =>
      Pods.parse(document).spec.template.spec.containers.map(({ command, env }) => ({
        name: document.metadata.name,
        command,
        settings: Object.fromEntries(env.flatMap(settingOf)),
      })),
    )
}
