import { type Registry, startRegistry } from './registry.ts'

export type Operation = {
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  parameters: string[]
  headers: string[]
  statuses: string[]
}

type Described = { operationId?: string; responses?: object; parameters?: Array<{ in: string; name: string }> }

/** Every operation of the public API as the OpenAPI document lists it, so that a test over all of them forgets no new route. */
export function operationsOf({ app }: Registry): Operation[] {
  const { paths = {} } = app.swagger() as { paths?: Record<string, Record<string, Described>> }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId = '', responses = {}, parameters = [] }]) => ({
      id: operationId,
      method: method.toUpperCase() as Operation['method'],
      path,
      parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
      headers: parameters.filter((one) => one.in === 'header').map(({ name }) => name),
      statuses: Object.keys(responses),
    })),
  )
}

/** The same list before any test runs, to make one test of each. */
export async function listOperations(): Promise<Operation[]> {
  const registry = await startRegistry()
  await registry.app.ready()
  const operations = operationsOf(registry)
  await registry.close()
  return operations
}

export function urlOf({ path }: Operation, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`The test has no value for the path parameter ${name}: give it one.`)
    return encodeURIComponent(value)
  })
}
