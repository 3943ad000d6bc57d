import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { bundleBrowserSignIn } from '../bundle.ts'

test('S36 the component with its dependencies is under 12 kB gzipped', async () => {
  expect(gzipSync(await bundleBrowserSignIn(), { level: 9 }).length).toBeLessThan(12_000)
})

test('S36 a server that renders the page can import the component, although it has no HTMLElement', async () => {
  await expect(import('../src/microsoft-sign-in.ts')).resolves.toHaveProperty('MicrosoftSignIn')
})
