import { Dialog, DialogBody, DialogSurface, DialogTitle, makeStyles } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft-account'
import { useState } from 'react'
import { ChooseUsers } from './choose-users.tsx'
import { ImportProgress } from './import-progress.tsx'

const useStyles = makeStyles({ surface: { width: '1100px', maxWidth: '96vw' } })

export type StartedImport = { runId: string; names: ReadonlyMap<string, string> }

/** First whom, then how far it is. Closing does not stop a running import. */
export function ImportDialog({ tenantId, accounts, onClose }: { tenantId: string; accounts: MicrosoftAccount[]; onClose: () => void }) {
  const styles = useStyles()
  const [started, setStarted] = useState<StartedImport>()
  return (
    <Dialog open modalType="modal" onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>Import Microsoft 365 users</DialogTitle>
          {started ? (
            <ImportProgress tenantId={tenantId} started={started} onClose={onClose} />
          ) : (
            <ChooseUsers tenantId={tenantId} accounts={accounts} onStarted={setStarted} onCancel={onClose} />
          )}
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}
