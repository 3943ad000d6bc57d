import { expect, test } from 'vitest'
import { adminApiDocument } from '../src/admin-api-document.ts'
import { breakingChanges } from '../src/breaking-changes.ts'
import type { OpenApi, Schema } from '../src/openapi.ts'

const before = await adminApiDocument()
const changed = (change: (document: OpenApi) => void): OpenApi => {
  const document = structuredClone(before)
  change(document)
  return document
}
const tenants = ({ paths }: OpenApi) => paths['/api/v1/tenants'] ?? {}
const schema = ({ components }: OpenApi, name: string) => components.schemas?.[name] as Schema
const sentTenant = (document: OpenApi) =>
  tenants(document).post?.requestBody?.content['application/json']?.schema as Schema

test.each<[string, (document: OpenApi) => void, RegExp]>([
  ['an operation that is gone', (document) => delete tenants(document).post, /^POST \/api\/v1\/tenants is gone$/],
  [
    'a parameter that is gone',
    (document) => tenants(document).get?.parameters?.shift(),
    /^GET \/api\/v1\/tenants: parameter query limit is gone$/,
  ],
  [
    'a member of an answer that is gone, wherever it is answered',
    (document) => delete schema(document, 'Tenant').properties?.slug,
    /^GET \/api\/v1\/tenants: answer \/items\/0\/slug is gone$/m,
  ],
  [
    'a member that a request newly needs',
    (document) => sentTenant(document).required?.push('defaultCountry'),
    /request \/defaultCountry is required$/,
  ],
  [
    'an answer of another type',
    (document) => Object.assign(schema(document, 'Tenant').properties?.slug ?? {}, { type: 'integer' }),
    /slug is integer instead of string$/m,
  ],
])('S51 names %s as a breaking change', (_what, change, expected) => {
  expect(breakingChanges(before, changed(change)).join('\n')).toMatch(expected)
})

test('S51 more members in answers and more parameters that may be left out break nothing', () => {
  const after = changed((document) => {
    Object.assign(schema(document, 'Tenant').properties ?? {}, { externalId: { type: 'string' } })
    tenants(document).get?.parameters?.push({ name: 'sort', in: 'query', schema: { type: 'string' } })
  })
  expect(breakingChanges(before, after)).toEqual([])
})
