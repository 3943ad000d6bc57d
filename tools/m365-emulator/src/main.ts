import { readFile } from 'node:fs/promises'
import { loadConfigOrExit } from '@jackfield/configuration/load-config'
import { z } from 'zod'
import { Config, ConfigFile } from './config.ts'
import { demoDirectories } from './demo/demo-directories.ts'
import { redirectUrisAt } from './demo/redirect-uris.ts'
import type { DirectorySeedInput } from './directory/seed.ts'
import { startEmulator } from './emulator.ts'

const config = loadConfigOrExit(Config, process.env)
const directories = config.EMULATOR_CONFIG === undefined ? demo() : await fromFile(config.EMULATOR_CONFIG)
const emulator = await startEmulator({ port: config.PORT, host: config.HOST, directories, logLevel: config.LOG_LEVEL })
process.stdout.write(`Microsoft 365 emulator at ${emulator.origin}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())

function demo(): DirectorySeedInput[] {
  const { EMULATOR_REDIRECT_URIS: uris = [], EMULATOR_REDIRECT_ORIGINS: origins = [], EMULATOR_SPA_REDIRECT_URIS: spa = [] } = config
  const web = [...uris, ...redirectUrisAt(origins)]
  return demoDirectories(web.length + spa.length > 0 ? { web, spa } : undefined)
}

async function fromFile(path: string): Promise<DirectorySeedInput[]> {
  try {
    return ConfigFile.parse(JSON.parse(await readFile(path, 'utf8'))).directories
  } catch (error) {
    const lines = error instanceof z.ZodError ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) : [String(error)]
    for (const line of lines) process.stderr.write(`EMULATOR_CONFIG: ${line}\n`)
    process.exit(1)
  }
}
