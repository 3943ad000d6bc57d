import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components'
import type { Administrator } from '@jackfield/contract/administrator'
import { useRemoveAdministrator } from '../../api/administrators.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'

type Properties = { tenantId: string; administrator: Administrator | undefined; onClose: () => void }

/** Asks once more; what the server refuses, such as the last one, is said here. */
export function RemoveAdministrator({ tenantId, administrator, onClose }: Properties) {
  const remove = useRemoveAdministrator(tenantId)
  const close = () => {
    remove.reset()
    onClose()
  }
  return (
    <Dialog open={administrator !== undefined} modalType="alert" onOpenChange={(_, { open }) => !open && close()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Remove {administrator?.displayName} from the administrators?</DialogTitle>
          <DialogContent>
            They are signed out of Control at once and cannot enter it any more. Nothing else about them changes.
            <ProblemNotice error={remove.error} />
          </DialogContent>
          <DialogActions>
            <Button onClick={close}>Cancel</Button>
            <Button
              appearance="primary"
              disabled={remove.isPending}
              onClick={() => administrator && remove.mutate(administrator.id, { onSuccess: close })}
            >
              Remove
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
