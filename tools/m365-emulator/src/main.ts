#!/usr/bin/env node
import { readFile, writeFile } from 'node:fs/promises'
import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import { createSecureContext } from 'node:tls'
import { z } from 'zod'
import { readCommand, usage } from './command-line.ts'
import { ConfigFile, readConfig } from './config.ts'
import { demoDirectories } from './demo/demo-directories.ts'
import { redirectUrisAt } from './demo/redirect-uris.ts'
import { type EmulatorOptions, type M365Emulator, startEmulator } from './emulator.ts'
import type { ServerCertificate } from './server-certificate.ts'
import { StateFileError } from './state/state-file.ts'

const command = readCommand(process.argv.slice(2), process.env)
if (command.kind === 'help') {
  process.stdout.write(usage())
  process.exit(0)
}
if (command.kind === 'refuse') fail([command.message], usage())

const read = readConfig(command.environment)
if ('wrong' in read) fail(read.wrong)
const { config } = read
if (command.kind === 'check-health') process.exit((await isHealthy()) ? 0 : 1)
const file: ConfigFile =
  config.EMULATOR_CONFIG === undefined ? { directories: demo() } : await readConfigFile(config.EMULATOR_CONFIG)
const emulator = await start({
  ...file,
  port: config.PORT,
  host: config.HOST,
  logLevel: config.LOG_LEVEL,
  https: (await givenCertificate()) ?? config.EMULATOR_HTTPS,
  publicOrigin: config.EMULATOR_PUBLIC_ORIGIN,
  graphOrigin: config.EMULATOR_GRAPH_ORIGIN,
  controlKey: config.EMULATOR_CONTROL_KEY,
  stateFile: config.EMULATOR_STATE_FILE,
})
if (config.EMULATOR_CERTIFICATE_FILE && emulator.certificate)
  await writeFile(config.EMULATOR_CERTIFICATE_FILE, emulator.certificate)
const { origin, address } = emulator
process.stdout.write(`Microsoft 365 emulator at ${origin}${origin === address ? '' : `, listening on ${address}`}\n`)

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

async function start(options: EmulatorOptions): Promise<M365Emulator> {
  try {
    return await startEmulator(options)
  } catch (error) {
    if (!(error instanceof StateFileError)) throw error
    const lines = error.lines.map((line) => `EMULATOR_STATE_FILE: ${line}`)
    return fail([...lines, 'EMULATOR_STATE_FILE: delete the file to begin again'])
  }
}

async function givenCertificate(): Promise<ServerCertificate | undefined> {
  const { EMULATOR_TLS_CERT_FILE: cert, EMULATOR_TLS_KEY_FILE: key } = config
  if (cert === undefined || key === undefined) return undefined
  const pair = {
    cert: await readFile(cert, 'utf8').catch((error) => fail([`EMULATOR_TLS_CERT_FILE: ${error.message}`])),
    key: await readFile(key, 'utf8').catch((error) => fail([`EMULATOR_TLS_KEY_FILE: ${error.message}`])),
  }
  try {
    createSecureContext(pair)
    return pair
  } catch (error) {
    return fail([`EMULATOR_TLS_CERT_FILE: not a certificate with its key: ${String(error)}`])
  }
}

/** The certificate is not checked: it need not name the loopback address. */
async function isHealthy(): Promise<boolean> {
  const isTls = config.EMULATOR_HTTPS || config.EMULATOR_TLS_CERT_FILE !== undefined
  const options = { host: '127.0.0.1', port: config.PORT, path: '/_emulator/health', timeout: 3_000 }
  return new Promise((resolve) => {
    const request = isTls ? secureRequest({ ...options, rejectUnauthorized: false }) : plainRequest(options)
    request.on('response', ({ statusCode }) => resolve(statusCode === 200))
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', () => resolve(false))
    request.end()
  })
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
