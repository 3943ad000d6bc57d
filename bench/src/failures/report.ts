import type { EventFigures, KindFigures } from './measure.ts'

const seconds = (value: number) => (value === 0 ? '-' : `${value.toFixed(1)} s`)
const most = (values: readonly number[]) => Math.max(0, ...values)

/** Prints what failed of each kind during one event. */
export function printEvent({ event, kinds, faults, lost, importSeconds, died }: EventFigures): void {
  const rows = kinds.map(({ kind, asked, failed, outageSeconds, recoverySeconds }) => [
    kind,
    `${failed} of ${asked}`,
    seconds(outageSeconds),
    seconds(recoverySeconds),
  ])
  print(`${event.component}: ${event.event}`)
  printTable([['', 'failed', 'longest outage', 'recovered after'], ...rows])
  print(`  import: ${importSeconds.toFixed(1)} s; lost: ${describeLosses(lost)}; died: ${died.length}`)
  for (const fault of faults) print(`  ${fault}`)
  print('')
}

/** Prints one line for each event, as docs/failure-table.md has it. */
export function printSummary(figures: readonly EventFigures[]): void {
  print('| component | event | requests that failed | longest outage | recovered after | lost |')
  print('|---|---|---|---|---|---|')
  for (const { event, kinds, lost } of figures) {
    const outage = seconds(most(kinds.map(({ outageSeconds }) => outageSeconds)))
    const recovery = seconds(most(kinds.map(({ recoverySeconds }) => recoverySeconds)))
    print(
      `| ${event.component} | ${event.event} | ${describeFailures(kinds)} | ${outage} | ${recovery} | ${describeLosses(lost)} |`,
    )
  }
}

function describeFailures(kinds: readonly KindFigures[]): string {
  const failing = kinds.filter(({ failed }) => failed > 0)
  const sum = (of: (figures: KindFigures) => number) => kinds.reduce((total, each) => total + of(each), 0)
  if (failing.length === kinds.length)
    return `every kind, ${sum(({ failed }) => failed)} of ${sum(({ asked }) => asked)}`
  return failing.map(({ kind, failed, asked }) => `${kind} ${failed} of ${asked}`).join(', ') || 'none'
}

const NAMES = {
  signInEvents: 'audit events of sign-ins',
  changeEvents: 'audit events of changes',
  webhooks: 'webhooks',
  imports: 'imports',
  sessions: 'sessions',
}

export function describeLosses(lost: EventFigures['lost']): string {
  const gone = Object.entries(lost).filter(([, count]) => count > 0)
  return gone.map(([what, count]) => `${count} ${NAMES[what as keyof typeof NAMES]}`).join(', ') || 'nothing'
}

function printTable(rows: readonly string[][]): void {
  const widths = rows[0]?.map((_, column) => most(rows.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of rows) print(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
}

const print = (line: string) => void process.stdout.write(`${line}\n`)
