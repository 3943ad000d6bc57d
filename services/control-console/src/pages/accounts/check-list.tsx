import { makeStyles, tokens } from '@fluentui/react-components'
import type { Check } from '@jackfield/contract/verification'
import { CheckResult } from './check-result.tsx'

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
  },
})

export function CheckList({ label, checks }: { label: string; checks: readonly Check[] }) {
  const styles = useStyles()
  return (
    <ul className={styles.list} aria-label={label}>
      {checks.map((check) => (
        <CheckResult key={check.id} check={check} />
      ))}
    </ul>
  )
}
