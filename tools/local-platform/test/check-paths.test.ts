import { expect, test } from 'vitest'
import { missingPaths } from '../src/checks/check-paths.ts'

const tree = ['services', 'services/gateway', 'services/gateway/src', 'services/gateway/src/app.ts', 'docs/recipes.md']

test('a path is known from the root, by its end, as a folder and with a wildcard', () => {
  expect(missingPaths('`services/gateway/src/app.ts` `gateway/src/app.ts` `app.ts`', tree)).toEqual([])
  expect(missingPaths('`services/gateway` `services/gateway/` `services/*/src` `src/<name>.ts`', tree)).toEqual([])
})

test('a path that does not exist is reported, once', () => {
  expect(missingPaths('`src/server.ts`, `services/registry`, again `src/server.ts`', tree)).toEqual([
    'src/server.ts',
    'services/registry',
  ])
})

test('paths match by whole segments, and paths from the root from their first segment', () => {
  expect(missingPaths('`pp.ts` `gate/src/app.ts` `docs/app.ts`', tree)).toEqual([
    'pp.ts',
    'gate/src/app.ts',
    'docs/app.ts',
  ])
})

test('routes, media types, built files and code are no paths', () => {
  expect(
    missingPaths('`/auth/authorize` `application/json` `dist/page.js` `reconcile()` `z.strictObject`', tree),
  ).toEqual([])
})
