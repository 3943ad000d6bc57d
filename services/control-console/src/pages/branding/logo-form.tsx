import { Button, Field, makeStyles, Text, tokens } from '@fluentui/react-components'
import { LogoType } from '@jackfield/contract/branding'
import type { ChangeEvent } from 'react'
import { useChangeLogo } from '../../api/branding.ts'
import { ProblemNotice } from '../../components/problem-notice.tsx'

type Properties = { tenantId: string; etag: string | undefined; logo: string | undefined }

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalM },
  // On white, as on the pages: most logos are made for it.
  logo: { maxHeight: '56px', maxWidth: '100%', padding: tokens.spacingHorizontalM, backgroundColor: '#ffffff' },
})

export function LogoForm({ tenantId, etag, logo }: Properties) {
  const styles = useStyles()
  const change = useChangeLogo(tenantId, etag)
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = target.files ?? []
    if (chosen) change.mutate(chosen)
    target.value = '' // the same file may be chosen again
  }
  return (
    <div className={styles.form}>
      {logo ? <img className={styles.logo} src={logo} alt="The logo as it stands" /> : <Text>There is no logo yet.</Text>}
      <Field label="Logo file" hint="A PNG, WebP or plain SVG image of at most 128 KiB and 2048 pixels a side.">
        {(control) => <input {...control} type="file" accept={LogoType.options.join(',')} disabled={change.isPending} onChange={choose} />}
      </Field>
      {logo && (
        <Button disabled={change.isPending} onClick={() => change.mutate(null)}>
          Remove the logo
        </Button>
      )}
      <ProblemNotice error={change.error} />
      <Text role="status">{change.isSuccess && (change.variables ? 'The logo is saved.' : 'The logo is removed.')}</Text>
    </div>
  )
}
