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
  useRestoreFocusTarget,
} from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { MicrosoftUser } from '@jackfield/contract/microsoft/microsoft-user'
import { useState } from 'react'
import { useMicrosoftUserCount, useStartImport } from '../../api/imports.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { effectOf, needsConfirmation } from '../../domain/import-effect.ts'
import { EVERYONE, type Everyone, importOfEveryone } from '../../domain/import-of-everyone.ts'
import { importOf, type TickChanges } from '../../domain/ticks.ts'
import { ConfirmEveryone, ConfirmTicks } from './confirm-import.tsx'
import { EveryoneChoice } from './everyone-choice.tsx'
import type { StartedImport } from './import-dialog.tsx'
import { MicrosoftUsers } from './microsoft-users.tsx'

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
  const restoreFocus = useRestoreFocusTarget()
  const [accountId, setAccountId] = useState(accounts.length === 1 ? (accounts[0]?.id ?? '') : '')
  const [search, setSearch] = useState('')
  const [changes, setChanges] = useState<TickChanges>(new Map())
  const [known, setKnown] = useState<ReadonlyMap<string, MicrosoftUser>>(new Map())
  const [everyone, setEveryone] = useState<Everyone>()
  const [isAsking, setAsking] = useState(false)
  const start = useStartImport(tenantId, accountId)
  const count = useMicrosoftUserCount(tenantId, accountId, everyone !== undefined)
  const effect = effectOf(changes, known)
  const isChosen = everyone ? count.data !== undefined : changes.size > 0

  const confirm = () => {
    const names = new Map([...known].map(([id, { displayName }]) => [id, displayName]))
    start.mutate(everyone ? importOfEveryone(everyone) : { users: importOf(changes) }, {
      onSuccess: ({ runId }) => onStarted({ runId, names }),
    })
  }
  const chooseAccount = (id: string) => {
    setAccountId(id)
    setChanges(new Map())
  }

  const question = {
    isOpen: isAsking,
    isBusy: start.isPending,
    error: start.error,
    onConfirm: confirm,
    onClose: () => setAsking(false),
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
              disabled={everyone !== undefined}
              placeholder="Name, UPN or department"
              onChange={(_, { value }) => setSearch(value)}
            />
          </Field>
        </div>
        <Checkbox
          label="Import everyone in this directory"
          checked={everyone !== undefined}
          onChange={(_, { checked }) => setEveryone(checked === true ? EVERYONE : undefined)}
        />
        {accountId !== '' && everyone && (
          <EveryoneChoice counts={count.data} error={count.error} everyone={everyone} onChange={setEveryone} />
        )}
        {accountId !== '' && !everyone && (
          <MicrosoftUsers
            key={accountId}
            tenantId={tenantId}
            accountId={accountId}
            search={search}
            changes={changes}
            onChange={(next, shown) => {
              setChanges(next)
              setKnown((before) => new Map([...before, ...shown.map((user) => [user.id, user] as const)]))
            }}
          />
        )}
        {!isAsking && <ProblemNotice error={start.error} />}
      </DialogContent>
      <DialogActions>
        <Text role="status">{!everyone && `${changes.size} ${changes.size === 1 ? 'change' : 'changes'}`}</Text>
        <Button onClick={onCancel}>Cancel</Button>
        <Button
          {...restoreFocus}
          appearance="primary"
          disabled={!isChosen || accountId === '' || start.isPending}
          onClick={() => (everyone || needsConfirmation(effect, changes) ? setAsking(true) : confirm())}
        >
          OK
        </Button>
      </DialogActions>
      {everyone && (
        <ConfirmEveryone
          {...question}
          tenantId={tenantId}
          accountId={accountId}
          counts={count.data}
          everyone={everyone}
        />
      )}
      {!everyone && <ConfirmTicks {...question} effect={effect} changes={changes.size} />}
    </>
  )
}
