import { Badge } from '@fluentui/react-components'
import type { AccountStatus } from '@jackfield/contract/microsoft/microsoft-account'

const LOOKS = {
  draft: { color: 'informative', label: 'Draft' },
  ready: { color: 'success', label: 'Ready' },
  failing: { color: 'danger', label: 'Failing' },
  disabled: { color: 'subtle', label: 'Disabled' },
} as const satisfies Record<AccountStatus, { color: string; label: string }>

export function AccountStatusBadge({ status }: { status: AccountStatus }) {
  const { color, label } = LOOKS[status]
  return (
    <Badge appearance="tint" color={color}>
      {label}
    </Badge>
  )
}
