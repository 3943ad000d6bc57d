#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises'
import { loadConfigOrExit } from '@jackfield/configuration/load-config'
import { z } from 'zod'
import { readCommand, usage } from './command-line.ts'
import { Config, ConfigFile } from './config.ts'
import { demoDirectories } from './demo/demo-directories.ts'
import { redirectUrisAt } from './demo/redirect-uris.ts'
import { startEmulator } from './emulator.ts'

const command = readCommand(process.argv.slice(2), process.env)
if (command.kind === 'help') {
  process.stdout.write(usage())
  process.exit(0)
}
if (command.kind === 'refuse') fail([command.message], usage())

const config = loadConfigOrExit(Config, command.environment)
const file: ConfigFile =
  config.EMULATOR_CONFIG === undefined ? { directories: demo() } : await readConfigFile(config.EMULATOR_CONFIG)
const { PORT: port, HOST: host, LOG_LEVEL: logLevel, EMULATOR_HTTPS: https } = config
const emulator = await startEmulator({ ...file, port, host, logLevel, https })
if (config.EMULATOR_CERTIFICATE_FILE && emulator.certificate)
  await writeFile(config.EMULATOR_CERTIFICATE_FILE, emulator.certificate)
process.stdout.write(`Microsoft 365 emulator at ${emulator.origin}\n`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.close())

function demo(): ConfigFile['directories'] {
  const {
    EMULATOR_REDIRECT_URIS: uris = [],
    EMULATOR_REDIRECT_ORIGINS: origins = [],
    EMULATOR_SPA_REDIRECT_URIS: spa = [],
  } = config
  const web = [...uris, ...redirectUrisAt(origins)]
  return demoDirectories(web.length + spa.length > 0 ? { web, spa } : undefined)
}

async function readConfigFile(path: string): Promise<ConfigFile> {
  try {
    const text = JSON.parse(await readFile(path, 'utf8'))
    ConfigFile.parse(text)
    return text // kept as written: each part is parsed where it is used, so that defaults stay defaults
  } catch (error) {
    const lines =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
        : [String(error)]
    return fail(lines.map((line) => `EMULATOR_CONFIG: ${line}`))
  }
}

function fail(lines: readonly string[], more = ''): never {
  for (const line of lines) process.stderr.write(`${line}\n`)
  process.stderr.write(more && `\n${more}`)
  process.exit(1)
}
