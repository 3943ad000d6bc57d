import { type OpenApi, type Operation, operationsOf } from '@jackfield/api-fuzz/operations'
import { startRegistry } from './registry.ts'

/** Every operation of the public API, before any test runs, to make one test of each. */
export async function listOperations(): Promise<Operation[]> {
  const registry = await startRegistry()
  await registry.app.ready()
  const operations = operationsOf(registry.app.swagger() as OpenApi)
  await registry.close()
  return operations
}
