import { Caption1, makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components'
import { CheckmarkCircleFilled, DismissCircleFilled, SubtractCircleRegular, WarningFilled } from '@fluentui/react-icons'
import type { Check, CheckId } from '@jackfield/contract/microsoft/verification'
import { OutsideLink } from '../../../components/links/outside-link.tsx'

const useStyles = makeStyles({
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalM,
  },
  item: { display: 'flex', gap: tokens.spacingHorizontalM },
  icon: { fontSize: '20px', flexShrink: 0 },
  passed: { color: tokens.colorStatusSuccessForeground1 },
  failed: { color: tokens.colorStatusDangerForeground1 },
  warning: { color: tokens.colorStatusWarningForeground1 },
  skipped: { color: tokens.colorNeutralForeground4 },
})

const NAMES: Readonly<Record<CheckId, string>> = {
  directory: 'Directory',
  credential: 'Client secret',
  consent: 'Admin consent',
  users: 'Reading users',
  permissions: 'Permissions',
  'redirect-uris': 'Redirect URIs',
  changes: 'Changes of users',
  notifications: 'Change notifications',
}
const ICONS = {
  passed: CheckmarkCircleFilled,
  failed: DismissCircleFilled,
  warning: WarningFilled,
  skipped: SubtractCircleRegular,
}

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

/** One check: its outcome, the remedy, and the ids for support. */
function CheckResult({ check }: { check: Check }) {
  const styles = useStyles()
  const Icon = ICONS[check.status]
  return (
    <li className={styles.item}>
      <span className={mergeClasses(styles.icon, styles[check.status])}>
        <Icon aria-hidden />
      </span>
      <div>
        <Text weight="semibold" block>
          {NAMES[check.id]}: {check.status}
        </Text>
        <Text block>{check.message}</Text>
        {check.remedy && <Text block>{check.remedy}</Text>}
        {check.link && <OutsideLink href={check.link}>Open the page to fix it</OutsideLink>}
        {(check.code || check.correlationId) && (
          <Caption1 block>
            {check.code && `Code ${check.code}`} {check.correlationId && `Correlation id ${check.correlationId}`}
          </Caption1>
        )}
      </div>
    </li>
  )
}
