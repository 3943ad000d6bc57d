import {
  Button,
  Checkbox,
  DialogActions,
  DialogContent,
  Field,
  makeStyles,
  SearchBox,
  Select,
  Text,
  tokens,
} from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft-account'
import { useState } from 'react'
import { useMicrosoftUsers, useStartImport } from '../../api/imports.ts'
import { Loading } from '../../components/loading.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { useSettled } from '../../components/use-settled.ts'
import { importOf, type TickChanges } from '../../domain/ticks.ts'
import type { StartedImport } from './import-dialog.tsx'
import { MicrosoftUserTable } from './microsoft-user-table.tsx'

const useStyles = makeStyles({
  content: { display: 'flex', flexDirection: 'column', gap: tokens.spacingVerticalM, height: '64vh' },
  filters: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: tokens.spacingHorizontalL },
  search: { flexGrow: 1, minWidth: '240px' },
})

type Properties = {
  tenantId: string
  accounts: MicrosoftAccount[]
  onStarted: (started: StartedImport) => void
  onCancel: () => void
}

export function ChooseUsers({ tenantId, accounts, onStarted, onCancel }: Properties) {
  const styles = useStyles()
  const [accountId, setAccountId] = useState(accounts.length === 1 ? (accounts[0]?.id ?? '') : '')
  const [search, setSearch] = useState('')
  const [changes, setChanges] = useState<TickChanges>(new Map())
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  const [everyone, setEveryone] = useState<'no' | 'sync' | 'sso'>('no')
  const start = useStartImport(tenantId, accountId)
  const chosen = everyone !== 'no' || changes.size > 0

  const confirm = () =>
    start.mutate(everyone === 'no' ? { users: importOf(changes) } : { all: true, sync: true, sso: everyone === 'sso' }, {
      onSuccess: ({ runId }) => onStarted({ runId, names }),
    })
  const chooseAccount = (id: string) => {
    setAccountId(id)
    setChanges(new Map())
  }

  return (
    <>
      <DialogContent className={styles.content}>
        <div className={styles.filters}>
          <Field label="Microsoft 365 account">
            <Select value={accountId} onChange={(_, { value }) => chooseAccount(value)}>
              {accounts.length > 1 && <option value="">Choose an account</option>}
              {accounts.map(({ id, alias }) => (
                <option key={id} value={id}>
                  {alias}
                </option>
              ))}
            </Select>
          </Field>
          <Field label="Search Microsoft users" className={styles.search}>
            <SearchBox
              value={search}
              disabled={everyone !== 'no'}
              placeholder="Name, UPN or department"
              onChange={(_, { value }) => setSearch(value)}
            />
          </Field>
        </div>
        <div>
          <Checkbox
            label="Import everyone in this directory"
            checked={everyone !== 'no'}
            onChange={(_, { checked }) => setEveryone(checked ? 'sync' : 'no')}
          />
          {everyone !== 'no' && (
            <Checkbox
              label="SSO enabled for everyone"
              checked={everyone === 'sso'}
              onChange={(_, { checked }) => setEveryone(checked ? 'sso' : 'sync')}
            />
          )}
        </div>
        {accountId !== '' && everyone === 'no' && (
          <MicrosoftUsers
            key={accountId}
            tenantId={tenantId}
            accountId={accountId}
            search={search}
            changes={changes}
            onChange={(next, shown) => {
              setChanges(next)
              setNames((known) => new Map([...known, ...shown]))
            }}
          />
        )}
        <ProblemNotice error={start.error} />
      </DialogContent>
      <DialogActions>
        <Text role="status">{everyone === 'no' && `${changes.size} ${changes.size === 1 ? 'change' : 'changes'}`}</Text>
        <Button onClick={onCancel}>Cancel</Button>
        <Button appearance="primary" disabled={!chosen || accountId === '' || start.isPending} onClick={confirm}>
          OK
        </Button>
      </DialogActions>
    </>
  )
}

type ListProperties = {
  tenantId: string
  accountId: string
  search: string
  changes: TickChanges
  onChange: (changes: TickChanges, names: ReadonlyMap<string, string>) => void
}

function MicrosoftUsers({ tenantId, accountId, search, changes, onChange }: ListProperties) {
  const list = useMicrosoftUsers(tenantId, accountId, useSettled(search.trim()))
  const users = list.data?.pages.flatMap((page) => page.items)
  if (!users) return <Loading error={list.error} label="Asking Microsoft for the users" />
  if (users.length === 0) return <Text role="status">No user matches.</Text>
  return (
    <MicrosoftUserTable
      users={users}
      changes={changes}
      onChange={(next) => onChange(next, new Map(users.map((user) => [user.id, user.displayName])))}
      more={list.hasNextPage ? { load: () => list.fetchNextPage(), isLoading: list.isFetchingNextPage } : undefined}
      error={list.error}
    />
  )
}
