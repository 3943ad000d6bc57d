import { Button, makeStyles, Text, tokens, useRestoreFocusTarget } from '@fluentui/react-components'
import { ArrowImportRegular } from '@fluentui/react-icons'
import { useId, useState } from 'react'
import { useAccounts } from '../../api/microsoft-accounts.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { ImportDialog } from './import-dialog.tsx'

const useStyles = makeStyles({
  place: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
})

/** Opens the import, or explains why no account can be imported from. */
export function ImportButton({ tenantId }: { tenantId: string }) {
  const styles = useStyles()
  const reasonId = useId()
  const restoreFocus = useRestoreFocusTarget()
  const [isOpen, setOpen] = useState(false)
  const { data: accounts, error } = useAccounts(tenantId)
  const enabled = accounts?.filter((account) => account.enabled) ?? []
  const reason = accounts && enabled.length === 0 ? 'Connect and test a Microsoft 365 account first.' : undefined
  return (
    <div className={styles.place}>
      {reason && <Text id={reasonId}>{reason}</Text>}
      <ProblemNotice error={error} />
      <Button
        {...restoreFocus}
        appearance="primary"
        icon={<ArrowImportRegular />}
        disabledFocusable={enabled.length === 0}
        aria-describedby={reason ? reasonId : undefined}
        onClick={() => setOpen(true)}
      >
        Import Microsoft 365 users
      </Button>
      <ImportDialog tenantId={tenantId} accounts={enabled} isOpen={isOpen} onClose={() => setOpen(false)} />
    </div>
  )
}
