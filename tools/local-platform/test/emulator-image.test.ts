import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { runProgram } from '@jackfield/local-stores/run-program'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BaseImage, baseImage, reachesRegistry } from './image/base-image.ts'
import { buildImage, type Stage } from './image/build-image.ts'
import { startInImage } from './image/image-process.ts'

const emulator = join(import.meta.dirname, '../../m365-emulator')

describe.skipIf(!(await reachesRegistry()))('the emulator’s image', { timeout: 120_000 }, () => {
  let base: BaseImage
  let image: Stage
  let packed = ''
  beforeAll(async () => {
    packed = await mkdtemp(join(tmpdir(), 'm365-emulator-image-'))
    await runProgram(process.execPath, [join(emulator, 'pack.ts'), packed])
    base = await baseImage()
    const context = join(packed, 'package')
    image = await buildImage(context, join(context, 'Dockerfile'), base)
  }, 600_000)
  afterAll(async () => {
    await base?.remove()
    await rm(packed, { recursive: true, force: true })
  })

  test('FC-60 the emulator’s image builds from its package, runs as an unprivileged user, and its health check tells whether it serves', async () => {
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(image.environment).toMatchObject({ HOST: '0.0.0.0', PORT: '4010' })
    const port = await findFreePort()
    const settings = { PORT: String(port), LOG_LEVEL: 'silent', EMULATOR_PUBLIC_ORIGIN: 'http://emulator:4010' }
    const healthy = async () => (await startInImage(base, image, image.healthCheck, settings).ended).code === 0
    expect(await healthy()).toBe(false)
    const started = startInImage(base, image, image.command, settings)
    await expect.poll(healthy, { timeout: 60_000 }).toBe(true)
    const discovery = await fetch(`http://127.0.0.1:${port}/organizations/v2.0/.well-known/openid-configuration`)
    expect(await discovery.json()).toMatchObject({ issuer: 'http://emulator:4010/{tenantid}/v2.0' })
    await started.stop()
    expect(await started.ended).toMatchObject({ code: 0 })
  })
})
