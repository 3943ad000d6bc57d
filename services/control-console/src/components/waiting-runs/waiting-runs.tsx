import { MessageBar, MessageBarBody, MessageBarTitle, makeStyles, Text, tokens } from '@fluentui/react-components'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { useAccounts } from '../../api/microsoft-accounts.ts'
import { useRun, useWaitingRuns } from '../../api/waiting-runs.ts'
import { removalsOf, waitingRunTitle } from '../../domain/run-question.ts'
import { useRecentActivity } from '../hooks/use-recent-activity.ts'
import { PageLink } from '../links/page-link.tsx'
import { usePrincipal } from '../page-frame/require-session.tsx'
import { RunAnswers, useRemovedNames } from './run-answers.tsx'

const useStyles = makeStyles({
  bars: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
    maxWidth: '1400px',
    margin: '0 auto',
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingVerticalXXL} 0`,
  },
  body: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalS,
    paddingBlock: tokens.spacingVerticalS,
  },
})

/**
 * Shown on every page of the tenant while a run waits for an answer (S63). Above the menu, which fills a narrow screen.
 */
export function WaitingRuns({ tenantId }: { tenantId: string }) {
  const styles = useStyles()
  const { data: runs = [] } = useWaitingRuns(tenantId, useRecentActivity())
  return (
    <>
      <div role="status" className="spoken-only">
        {runs.length > 0 && `${runs.length === 1 ? 'A run waits' : `${runs.length} runs wait`} for your approval.`}
      </div>
      {runs.length > 0 && (
        <section aria-label="Waiting for approval" className={styles.bars}>
          {runs.map((run) => (
            <WaitingRun key={run.id} run={run} />
          ))}
        </section>
      )}
    </>
  )
}

function WaitingRun({ run }: { run: SyncRun }) {
  const styles = useStyles()
  const { role } = usePrincipal()
  const { data: accounts } = useAccounts(run.tenantId)
  const { data: read } = useRun(run.tenantId, run.id)
  const names = useRemovedNames(run)
  const alias = accounts?.find(({ id }) => id === run.accountId)?.alias
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody className={styles.body}>
        <div>
          <MessageBarTitle>{waitingRunTitle(run, alias)}.</MessageBarTitle> It would <strong>{removalsOf(run)}</strong>
          {names && `: ${names}`}. It has waited since{' '}
          {new Date(run.approval?.requestedAt ?? run.createdAt).toLocaleString()}.{' '}
          <PageLink to={`/tenants/${run.tenantId}/sync-runs/${run.id}`}>See everybody it would remove</PageLink>
        </div>
        {run.warnings.map(({ message }) => (
          <div key={message}>{message}</div>
        ))}
        {role === 'admin' ? (
          read && <RunAnswers run={read.value} etag={read.etag} />
        ) : (
          <Text>An admin can approve or cancel it.</Text>
        )}
      </MessageBarBody>
    </MessageBar>
  )
}
