import { expect, test } from 'vitest'
import { missingPaths } from '../src/checks/check-paths.ts'

const tree = ['services', 'services/gateway', 'services/gateway/src', 'services/gateway/src/app.ts', 'docs/recipes.md']

test('a path is known from the root, by its end, as a folder and with a wildcard', () => {
  expect(missingPaths('`services/gateway/src/app.ts` `gateway/src/app.ts` `app.ts`', tree)).toEqual([])
  expect(missingPaths('`services/gateway` `services/gateway/` `services/*/src` `src/<name>.ts`', tree)).toEqual([])
})

test('a path of nothing in the tree is found, once', () => {
  expect(missingPaths('`src/server.ts`, `services/registry`, again `src/server.ts`', tree)).toEqual([
    'src/server.ts',
    'services/registry',
  ])
})

test('a path is matched by whole segments, and one from the root from its first', () => {
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
