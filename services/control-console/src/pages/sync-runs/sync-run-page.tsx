import {
  Button,
  makeStyles,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
} from '@fluentui/react-components'
import type { PlannedChange } from '@jackfield/contract/microsoft/import-rule'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { usePlannedRemovals, useRun } from '../../api/waiting-runs.ts'
import { AttributeList } from '../../components/attribute-list.tsx'
import { useRouteId } from '../../components/hooks/use-route-id.ts'
import { Loading } from '../../components/loading.tsx'
import { PageHeading } from '../../components/page-frame/page-heading.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { limitsOf, removalsOf } from '../../domain/run-question.ts'
import { statusSentence } from '../../domain/sync-run-progress.ts'

const useStyles = makeStyles({
  scroll: { overflowX: 'auto' },
  table: { minWidth: '520px' },
  text: { overflowWrap: 'anywhere' },
})

const CHANGES = {
  create: 'Is created',
  update: 'Is updated',
  disable: 'Is disabled',
  delete: 'Is deleted',
  sync: 'Is synced',
  unsync: 'Is no longer synced',
} as const satisfies Record<PlannedChange['change'], string>

/** The people a waiting run would remove. It is approved or cancelled in the bar above. */
export function SyncRunPage() {
  const tenantId = useRouteId('tenantId')
  const runId = useRouteId('runId')
  const { data, error } = useRun(tenantId, runId)
  if (!data) return <Loading error={error} />

  const run = data.value
  const isWaiting = run.status === 'awaiting-approval'
  return (
    <>
      <PageHeading title={isWaiting ? 'Waiting for approval' : 'Sync run'} />
      <Section title="The run">
        <Text>
          {isWaiting
            ? `It would ${removalsOf(run)}. Approve or cancel it above. All else that it found is done, and later runs go on.`
            : statusSentence(run)}
        </Text>
        {isWaiting && <Text>{limitsOf(run)}</Text>}
        <AttributeList
          attributes={[
            ['Began', new Date(run.startedAt ?? run.createdAt).toLocaleString()],
            ...(run.finishedAt ? [['Ended', new Date(run.finishedAt).toLocaleString()] as const] : []),
            ...(run.error ? [['Reason', run.error.message] as const] : []),
          ]}
        />
      </Section>
      {isWaiting && (
        <Section title="Whom it would remove">
          <Removals run={run} />
        </Section>
      )}
    </>
  )
}

function Removals({ run }: { run: SyncRun }) {
  const styles = useStyles()
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = usePlannedRemovals(run, 100)
  const changes = data?.pages.flatMap((page) => page.items)
  if (!changes) return <Loading error={error} />
  if (changes.length === 0) return <Text>Nobody any more.</Text>
  return (
    <>
      <div className={styles.scroll}>
        <Table aria-label="Whom it would remove" size="small" className={styles.table}>
          <TableHeader>
            <TableRow>
              {['Name', 'UPN', 'What happens'].map((name) => (
                <TableHeaderCell key={name}>{name}</TableHeaderCell>
              ))}
            </TableRow>
          </TableHeader>
          <TableBody>
            {changes.map(({ objectId, displayName, userPrincipalName, change }) => (
              <TableRow key={objectId}>
                <TableCell className={styles.text}>{displayName || '-'}</TableCell>
                <TableCell className={styles.text}>{userPrincipalName}</TableCell>
                <TableCell>{CHANGES[change]}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
      {hasNextPage && (
        <div>
          <Button disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
            Load more
          </Button>
        </div>
      )}
    </>
  )
}
