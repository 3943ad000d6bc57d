import { Button, makeStyles, Text, tokens, useRestoreFocusTarget } from '@fluentui/react-components'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { useState } from 'react'
import { type RunAnswer, useAnswerRun, usePlannedRemovals } from '../../api/waiting-runs.ts'
import { nameList } from '../../domain/name-list.ts'
import { emptiedOf, removalsOf, removesPeople } from '../../domain/run-question.ts'
import { ConfirmDialog } from '../confirm-dialog.tsx'

const useStyles = makeStyles({ actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM } })

/** The first names of the people a run would remove. */
export function useRemovedNames(run: SyncRun): string {
  const { data } = usePlannedRemovals(run, 6)
  const [first] = data?.pages ?? []
  if (!first) return ''
  const names = first.items.map(({ displayName, userPrincipalName }) => displayName || userPrincipalName)
  const isAll = first.nextCursor === null
  return nameList(names, isAll ? names.length : Math.max(names.length + 1, run.approval?.removals ?? 0))
}

/** Approve or cancel; each asks for confirmation with its effect. */
export function RunAnswers({ run, etag }: { run: SyncRun; etag: string | undefined }) {
  const styles = useStyles()
  const restoreFocus = useRestoreFocusTarget()
  const [asked, setAsked] = useState<RunAnswer>()
  const names = useRemovedNames(run)
  const answer = useAnswerRun(run.tenantId, run.id, etag)
  const close = () => {
    answer.reset()
    setAsked(undefined)
  }
  const doing = removalsOf(run)
  const common = {
    isBusy: answer.isPending,
    error: answer.error,
    onClose: close,
    onConfirm: () => asked && answer.mutate(asked, { onSuccess: close }),
    dismissLabel: 'Leave it waiting',
  }
  return (
    <div className={styles.actions}>
      <Button {...restoreFocus} onClick={() => setAsked('approve')}>
        Approve
      </Button>
      <Button {...restoreFocus} onClick={() => setAsked('cancel')}>
        Cancel the run
      </Button>
      <ConfirmDialog
        {...common}
        isOpen={asked === 'approve'}
        title={`Approve, and ${doing}?`}
        confirmLabel={`Approve and ${doing}`}
      >
        <Text as="p" block>
          {names && <strong>{names}. </strong>}
          {removesPeople(run) &&
            'They are signed out and cannot sign in. Their extensions are kept for them. A person who returns in Microsoft 365 returns here, too, and whoever is enabled there again by now is not removed. '}
          {emptiedOf(run)
            .map(({ message }) => message)
            .join(' ')}
        </Text>
      </ConfirmDialog>
      <ConfirmDialog {...common} isOpen={asked === 'cancel'} title="Cancel the run?" confirmLabel="Cancel the run">
        <Text as="p" block>
          The run ends and does not {doing}. Nobody is removed. The next full comparison asks again if Microsoft 365
          still says the same.
        </Text>
      </ConfirmDialog>
    </div>
  )
}
