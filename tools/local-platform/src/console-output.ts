import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { SingleBar } from 'cli-progress'
import { type ControlLink, lifetimeOf } from './control-link.ts'
import type { DemoProgress } from './demo.ts'
import { DEMO_PEOPLE } from './demo-plan.ts'
import { demoLogin, registrationToEnter } from './demo-registration.ts'
import type { platformAddresses } from './process-plans.ts'

type ProgressOutput = DemoProgress & { onLine(line: string): void; done(): void }

/** Prints steps, log lines and one progress bar for the import; without a terminal, a line at the import's end. */
export function printProgress(): ProgressOutput {
  const bar = new SingleBar({
    format: '  {bar} {value}/{total} users',
    hideCursor: true,
    clearOnComplete: false,
    noTTYOutput: false,
  })
  let barred = false
  const stopBar = () => {
    if (barred) bar.stop()
    barred = false
  }
  return {
    onStep(text) {
      stopBar()
      process.stdout.write(`${text} ...\n`)
    },
    onLine(line) {
      process.stdout.write(`${line}\n`)
    },
    onRun(run: SyncRun) {
      if (run.total === null) return
      if (!barred) bar.start(run.total, 0)
      barred = true
      bar.update(run.counts.seen)
      if (run.status === 'queued' || run.status === 'running') return
      stopBar()
      if (!process.stdout.isTTY)
        process.stdout.write(`  ${run.counts.seen}/${run.total} users seen, ${run.counts.created} created\n`)
    },
    done: stopBar,
  }
}

/** The summary that `npm start` prints once everything runs. */
export function welcome(
  addresses: ReturnType<typeof platformAddresses>,
  access: { controlLink: ControlLink; keyFile: string },
  now: Date,
): string {
  const lines = [
    '',
    'Jackfield runs. Ctrl-C stops everything; the data stays in .data/',
    '',
    ...table([
      ['Contoso, connected', addresses.tenant('contoso')],
      ['  its app in React', `${addresses.tenant('contoso')}/contact-centre/`],
      ['  its server-rendered app', `${addresses.tenant('contoso')}/portal/`],
      ['The web client for every tenant', addresses.tenant('web')],
      ['Fabrikam, to be connected', addresses.tenant('fabrikam')],
      ['Control', addresses.control],
      ['Control, as Contoso’s administrator', `${addresses.control}/?tenant=contoso`],
      ['Control, as the platform’s', access.controlLink.url],
      ['', lifetimeOf(access.controlLink, now)],
      ['Admin API', `${addresses.control}/api/v1  (key in ${access.keyFile})`],
      ['Practice Entra admin center', addresses.emulator],
    ]),
    '',
    `Sign in at ${addresses.tenant('contoso')} as`,
    '',
    ...table(
      DEMO_PEOPLE.map(({ displayName, outcome }) => [
        demoLogin(displayName).userPrincipalName,
        `password ${demoLogin(displayName).password}  ${outcome}`,
      ]),
    ),
    '',
    `Connect Fabrikam by hand: register an application at ${addresses.emulator} (practice Entra admin center), then add it in Control`,
    '(System > Microsoft 365 > Add account). There is a ready-made one too; only its admin consent is missing.',
    '',
    ...table(Object.entries(registrationToEnter())),
    '',
  ]
  return `${lines.join('\n')}\n`
}

function table(rows: ReadonlyArray<readonly [string, string]>): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)
}
