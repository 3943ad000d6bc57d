import { Dialog, DialogBody, DialogSurface, DialogTitle, makeStyles } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { useState } from 'react'
import { ChooseUsers } from './choose-users.tsx'
import { ImportProgress } from './import-progress.tsx'

const useStyles = makeStyles({ surface: { width: '1100px', maxWidth: '96vw' } })

export type StartedImport = { runId: string; names: ReadonlyMap<string, string> }

type Properties = { tenantId: string; accounts: MicrosoftAccount[]; isOpen: boolean; onClose: () => void }

/** Stays mounted while closed, so that the page behind becomes readable for screen readers again. */
export function ImportDialog({ isOpen, onClose, ...content }: Properties) {
  const styles = useStyles()
  return (
    <Dialog open={isOpen} modalType="modal" onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>Import Microsoft 365 users</DialogTitle>
          <ImportSteps {...content} onClose={onClose} />
        </DialogBody>
      </DialogSurface>
    </Dialog>
  )
}

/** Chooses users, then shows the progress. Closing does not stop a running import. */
function ImportSteps({ tenantId, accounts, onClose }: Omit<Properties, 'isOpen'>) {
  const [started, setStarted] = useState<StartedImport>()
  if (started) return <ImportProgress tenantId={tenantId} started={started} onClose={onClose} />
  return <ChooseUsers tenantId={tenantId} accounts={accounts} onStarted={setStarted} onCancel={onClose} />
}
