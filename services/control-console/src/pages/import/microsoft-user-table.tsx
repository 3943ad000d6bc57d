import {
  Button,
  Checkbox,
  makeStyles,
  Table,
  TableBody,
  TableHeader,
  TableHeaderCell,
  TableRow,
  tokens,
} from '@fluentui/react-components'
import type { MicrosoftUser } from '@jackfield/contract/microsoft/microsoft-user'
import { useCallback, useRef } from 'react'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import {
  changeTicks,
  type TickChanges,
  type Ticks,
  tickOfMany,
  ticksOf,
  withSso,
  withSync,
} from '../../domain/ticks.ts'
import { MicrosoftUserRow } from './microsoft-user-row.tsx'

const useStyles = makeStyles({
  scroll: { overflow: 'auto', flexGrow: 1, minHeight: '120px' },
  table: { minWidth: '820px' },
  head: { position: 'sticky', top: 0, zIndex: 1, backgroundColor: tokens.colorNeutralBackground1 },
  ticks: { width: '130px' },
})

type Properties = {
  users: MicrosoftUser[]
  changes: TickChanges
  onChange: (changes: TickChanges) => void
  more: { load: () => unknown; isLoading: boolean } | undefined
  error: unknown
}

const TICKS = [
  { tick: 'sync', label: 'Sync User', change: withSync },
  { tick: 'sso', label: 'SSO enabled', change: withSso },
] as const

/** Two checkboxes per row; those in the head change all users shown. */
export function MicrosoftUserTable({ users, changes, onChange, more, error }: Properties) {
  const styles = useStyles()
  const latest = useRef({ changes, onChange })
  latest.current = { changes, onChange }
  // One stable function for all rows, so that a tick renders only its own row in a long list.
  const tickUser = useCallback((user: MicrosoftUser, change: (ticks: Ticks) => Ticks) => {
    latest.current.onChange(changeTicks(latest.current.changes, [user], change))
  }, [])

  return (
    <div className={styles.scroll}>
      <Table aria-label="Microsoft users" size="small" className={styles.table}>
        <TableHeader className={styles.head}>
          <TableRow>
            {TICKS.map(({ tick, label, change }) => (
              <TableHeaderCell key={tick} className={styles.ticks}>
                <Checkbox
                  label={label}
                  aria-label={`${label} for all shown users`}
                  checked={tickOfMany(changes, users, tick)}
                  onChange={(_, { checked }) =>
                    onChange(changeTicks(changes, users, (ticks) => change(ticks, checked === true)))
                  }
                />
              </TableHeaderCell>
            ))}
            <TableHeaderCell>Name</TableHeaderCell>
            <TableHeaderCell>UPN</TableHeaderCell>
            <TableHeaderCell>Department</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {users.map((user) => {
            const { sync, sso } = ticksOf(changes, user)
            return <MicrosoftUserRow key={user.id} user={user} sync={sync} sso={sso} onTick={tickUser} />
          })}
        </TableBody>
      </Table>
      <ProblemNotice error={error} />
      {more && (
        <Button disabled={more.isLoading} onClick={more.load}>
          Load more
        </Button>
      )}
    </div>
  )
}
