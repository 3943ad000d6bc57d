import { Text } from '@fluentui/react-components'
import type { Administrator } from '@jackfield/contract/access/administrator'
import { useRemoveAdministrator } from '../../api/administrators.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'

type Properties = { tenantId: string; administrator: Administrator | undefined; onClose: () => void }

/** Shows the server's refusal, as for the last administrator. */
export function RemoveAdministrator({ tenantId, administrator, onClose }: Properties) {
  const remove = useRemoveAdministrator(tenantId)
  const close = () => {
    remove.reset()
    onClose()
  }
  return (
    <ConfirmDialog
      isOpen={administrator !== undefined}
      title={`Remove ${administrator?.displayName} from the administrators?`}
      confirmLabel="Remove"
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => administrator && remove.mutate(administrator.id, { onSuccess: close })}
      onClose={close}
    >
      <Text as="p" block>
        They are signed out of Control at once and cannot enter it any more. Nothing else about them changes.
      </Text>
    </ConfirmDialog>
  )
}
