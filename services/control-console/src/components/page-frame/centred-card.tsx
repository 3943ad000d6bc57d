import { Card, makeStyles, tokens } from '@fluentui/react-components'
import type { ReactNode } from 'react'

const useStyles = makeStyles({
  page: { display: 'flex', justifyContent: 'center', padding: '12vh 16px 48px' },
  card: {
    width: '100%',
    maxWidth: '520px',
    padding: tokens.spacingVerticalXXL,
    gap: tokens.spacingVerticalM,
    boxSizing: 'border-box',
  },
})

/** A page of one card: sign-in, tenant choice, not found. */
export function CentredCard({ children }: { children: ReactNode }) {
  const styles = useStyles()
  return (
    <main className={styles.page}>
      <Card className={styles.card}>{children}</Card>
    </main>
  )
}
