import { Button, Field, makeStyles, Text, tokens, useRestoreFocusTarget } from '@fluentui/react-components'
import { LogoType } from '@jackfield/contract/tenants/branding'
import { type ChangeEvent, useEffect, useState } from 'react'
import { useChangeLogo } from '../../api/branding.ts'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'

type Properties = { tenantId: string; etag: string | undefined; logo: string | undefined }

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalM },
  // White, as on the sign-in pages: most logos are made for it.
  logo: { maxHeight: '56px', maxWidth: '100%', padding: tokens.spacingHorizontalM, backgroundColor: '#ffffff' },
  actions: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM },
})

/** Shows a chosen file and saves it by a button: the logo appears on every sign-in page (S57). */
export function LogoForm({ tenantId, etag, logo }: Properties) {
  const styles = useStyles()
  const restoreFocus = useRestoreFocusTarget()
  const change = useChangeLogo(tenantId, etag)
  const [chosen, setChosen] = useState<File>()
  const [isAsking, setAsking] = useState(false)
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    change.reset()
    setChosen(target.files?.[0])
    target.value = '' // allows choosing the same file again
  }
  const close = () => {
    change.reset()
    setAsking(false)
  }
  return (
    <div className={styles.form}>
      {logo ? (
        <img className={styles.logo} src={logo} alt="The logo as it stands" />
      ) : (
        <Text>There is no logo yet.</Text>
      )}
      <Field label="Logo file" hint="A PNG, WebP or plain SVG image of at most 128 KiB and 2048 pixels a side.">
        {(control) => (
          <input
            {...control}
            type="file"
            accept={LogoType.options.join(',')}
            disabled={change.isPending}
            onChange={choose}
          />
        )}
      </Field>
      {chosen && <Chosen file={chosen} />}
      <div className={styles.actions}>
        {chosen && (
          <Button
            appearance="primary"
            disabledFocusable={change.isPending}
            onClick={() => change.mutate(chosen, { onSuccess: () => setChosen(undefined) })}
          >
            Save the logo
          </Button>
        )}
        {chosen && <Button onClick={() => setChosen(undefined)}>Discard</Button>}
        {logo && !chosen && (
          <Button {...restoreFocus} disabled={change.isPending} onClick={() => setAsking(true)}>
            Remove the logo
          </Button>
        )}
      </div>
      {!isAsking && <ProblemNotice error={change.error} />}
      <Text role="status">
        {change.isSuccess && (change.variables ? 'The logo is saved.' : 'The logo is removed.')}
      </Text>
      <ConfirmDialog
        isOpen={isAsking}
        title="Remove the logo?"
        confirmLabel="Remove the logo"
        isBusy={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate(null, { onSuccess: () => setAsking(false) })}
        onClose={close}
      >
        <Text as="p" block>
          It is removed from every sign-in page of this tenant and not kept: to restore it, upload its file again.
        </Text>
      </ConfirmDialog>
    </div>
  )
}

/** Previews the file. A file that is no image shows only its name, and is refused when saved. */
function Chosen({ file }: { file: File }) {
  const styles = useStyles()
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const reader = new FileReader()
    reader.onload = () => setAddress(String(reader.result))
    reader.readAsDataURL(file)
    return () => reader.abort()
  }, [file])
  return (
    <>
      <Text>Chosen, but not saved: {file.name}</Text>
      {address && <img className={styles.logo} src={address} alt="The chosen logo" />}
    </>
  )
}
