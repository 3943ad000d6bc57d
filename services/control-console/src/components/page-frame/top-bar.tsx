import { Button, makeStyles, Text, tokens } from '@fluentui/react-components'
import { SignOutRegular } from '@fluentui/react-icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { endSession, SESSION_KEY } from '../../api/session.ts'
import { ProblemNotice } from '../problem-notice.tsx'
import { usePrincipal } from './require-session.tsx'

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: tokens.spacingHorizontalL,
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalXXL}`,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  tenant: { flexGrow: 1 },
  who: { color: tokens.colorNeutralForeground3 },
  link: { color: tokens.colorBrandForegroundLink },
})

export function TopBar({ tenantName }: { tenantName?: string | undefined }) {
  const styles = useStyles()
  const { scope, name, role } = usePrincipal()
  const client = useQueryClient()
  const signOut = useMutation({
    mutationFn: endSession,
    onSuccess: () => {
      client.setQueryData(SESSION_KEY, null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] })
    },
  })
  return (
    <header className={styles.bar}>
      <Text weight="semibold" size={400}>
        Control
      </Text>
      <Text className={styles.tenant}>{tenantName}</Text>
      {scope === 'platform' && tenantName && (
        <Link to="/" className={styles.link}>
          Change tenant
        </Link>
      )}
      {scope === 'platform' && (
        <a href="/api/v1/job-board/" className={styles.link}>
          Job board
        </a>
      )}
      <Text className={styles.who}>
        {name ?? (role === 'hand-over' ? 'By a hand-over link' : 'By a one-time link')}
      </Text>
      <Button
        appearance="subtle"
        icon={<SignOutRegular />}
        disabled={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        Sign out
      </Button>
      <ProblemNotice error={signOut.error} />
    </header>
  )
}
