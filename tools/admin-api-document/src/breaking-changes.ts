import { type Media, type OpenApi, type Operation, operationsOf, type Schema } from './openapi.ts'

type Documents = { before: OpenApi; after: OpenApi }

/**
 * What breaks for a client that was made for the document before (docs/api-versioning.md): an operation, a parameter,
 * a member of an answer or a value of a request that is gone, a parameter or member that is newly required.
 */
export function breakingChanges(before: OpenApi, after: OpenApi): string[] {
  const documents = { before, after }
  return operationsOf(before).flatMap(({ path, method, operation }) => {
    const now = after.paths[path]?.[method]
    const name = `${method.toUpperCase()} ${path}`
    if (!now) return [`${name} is gone`]
    return changesOf(operation, now, documents).map((change) => `${name}: ${change}`)
  })
}

function changesOf(before: Operation, after: Operation, documents: Documents): string[] {
  const [sent, sentNow] = [before, after].map(({ requestBody }) => requestBody?.content['application/json'])
  return [
    ...parameterChanges(before, after),
    ...bodyChanges('request', sent, sentNow, documents),
    ...Object.entries(before.responses)
      .filter(([status]) => status.startsWith('2'))
      .flatMap(([status, { content = {} }]) => {
        const now = after.responses[status]
        if (!now) return [`no answer ${status} any more`]
        return Object.entries(content).flatMap(([type, media]) =>
          now.content?.[type] ? bodyChanges('answer', media, now.content[type], documents) : [`no ${type} any more`],
        )
      }),
  ]
}

function parameterChanges({ parameters: before = [] }: Operation, { parameters: after = [] }: Operation): string[] {
  const known = new Map(before.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]))
  const now = new Set(after.map((parameter) => `${parameter.in} ${parameter.name}`))
  const required = after.filter((each) => each.required && known.get(`${each.in} ${each.name}`)?.required !== true)
  return [
    ...[...known.keys()].filter((key) => !now.has(key)).map((key) => `parameter ${key} is gone`),
    ...required.map((each) => `parameter ${each.in} ${each.name} is required`),
  ]
}

type Direction = 'request' | 'answer'

function bodyChanges(direction: Direction, before: Media | undefined, after: Media | undefined, documents: Documents) {
  if (direction === 'request' && before && !after) return ['no body is taken any more']
  if (!before?.schema || !after?.schema) return []
  return schemaChanges(direction, '', before.schema, after.schema, documents, new Set())
}

function schemaChanges(
  direction: Direction,
  place: string,
  before: Schema,
  after: Schema,
  documents: Documents,
  seen: Set<string>,
): string[] {
  const known = `${place} ${before.$ref ?? ''}`
  if (before.$ref && seen.has(known)) return []
  seen.add(known)
  const [old, now] = [resolve(before, documents.before), resolve(after, documents.after)]
  const inner = (name: string, one: Schema, other: Schema) =>
    schemaChanges(direction, name, one, other, documents, seen)
  const members = Object.entries(old.properties ?? {}).flatMap(([name, member]) => {
    const other = now.properties?.[name]
    return other ? inner(`${place}/${name}`, member, other) : [`${direction} ${place}/${name} is gone`]
  })
  const newlyRequired = (now.required ?? []).filter((name) => !old.required?.includes(name))
  const lostValues = (old.enum ?? []).filter((value) => now.enum && !now.enum.includes(value))
  return [
    ...members,
    ...(direction === 'request' ? newlyRequired.map((name) => `request ${place}/${name} is required`) : []),
    ...(direction === 'request' ? lostValues.map((value) => `request ${place} does not take ${value} any more`) : []),
    ...typeChanges(direction, place, old, now),
    ...(old.items && now.items ? inner(`${place}/0`, old.items, now.items) : []),
    ...(old.anyOf ?? []).flatMap((option, index) => {
      const other = now.anyOf?.[index]
      return other ? inner(place, option, other) : []
    }),
  ]
}

function typeChanges(direction: Direction, place: string, { type: before }: Schema, { type: after }: Schema): string[] {
  if (before === undefined || after === undefined) return []
  const [old, now] = [[before].flat(), [after].flat()]
  const [wanted, given] = direction === 'request' ? [old, now] : [now, old]
  return wanted.every((type) => given.includes(type)) ? [] : [`${direction} ${place} is ${now} instead of ${old}`]
}

function resolve(schema: Schema, { components }: OpenApi): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : ((components.schemas?.[name] ?? {}) as Schema)
}
