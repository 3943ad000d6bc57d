import {
  Button,
  DialogActions,
  DialogContent,
  Field,
  MessageBar,
  MessageBarBody,
  ProgressBar,
  Text,
} from '@fluentui/react-components'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { useEffect } from 'react'
import { useSyncRun } from '../../api/sync-run.ts'
import { useRefreshUsers } from '../../api/users.ts'
import { AttributeList } from '../../components/attribute-list.tsx'
import { useNow } from '../../components/hooks/use-now.ts'
import { isOver, progressOf, standstillOf, statusSentence } from '../../domain/sync-run-progress.ts'
import type { StartedImport } from './import-dialog.tsx'

type Properties = { tenantId: string; started: StartedImport; onClose: () => void }

export function ImportProgress({ tenantId, started, onClose }: Properties) {
  const run = useSyncRun(tenantId, started.runId)
  const over = isOver(run)
  const refresh = useRefreshUsers(tenantId)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the run ends; refresh is a new function each time
  useEffect(() => {
    if (over) void refresh()
  }, [over])

  const value = progressOf(run)
  const standstill = standstillOf(run, useNow(5_000), (time) => new Date(time).toLocaleTimeString())
  return (
    <>
      <DialogContent>
        <Field label="Import progress" validationState="none">
          <ProgressBar
            {...(value === undefined ? {} : { value })}
            color={run?.status === 'failed' ? 'error' : 'brand'}
            thickness="large"
          />
        </Field>
        <p>
          <Text role="status" weight="semibold">
            {statusSentence(run)}
          </Text>
        </p>
        {standstill.length > 0 && (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>{standstill.join(' ')}</MessageBarBody>
          </MessageBar>
        )}
        {run?.error && <Text role="alert">{run.error.message}</Text>}
        {run && <Counts run={run} />}
        {run && run.skippedUsers.length > 0 && <SkippedUsers run={run} names={started.names} />}
      </DialogContent>
      <DialogActions>
        {!over && <Text>You may close this: the import continues.</Text>}
        <Button appearance="primary" onClick={onClose}>
          Close
        </Button>
      </DialogActions>
    </>
  )
}

function Counts({ run: { counts, total } }: { run: SyncRun }) {
  return (
    <AttributeList
      attributes={[
        ['Seen', total === null ? String(counts.seen) : `${counts.seen} of ${total}`],
        ['Created', String(counts.created)],
        ['Updated', String(counts.updated)],
        ['Unchanged', String(counts.unchanged)],
        ['Disabled', String(counts.disabled)],
        ['Deleted', String(counts.deleted)],
        ['Skipped', String(counts.skipped)],
      ]}
    />
  )
}

function SkippedUsers({ run, names }: { run: SyncRun; names: ReadonlyMap<string, string> }) {
  return (
    <>
      <h3>Skipped users</h3>
      <ul aria-label="Skipped users">
        {run.skippedUsers.map(({ id, reason }) => (
          <li key={id}>
            {names.get(id) ?? id}: {reason}
          </li>
        ))}
      </ul>
    </>
  )
}
