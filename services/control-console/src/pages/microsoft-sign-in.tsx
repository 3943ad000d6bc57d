import { Button, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useLocation, useSearchParams } from 'react-router'
import { beginSignIn } from '../api/control-sign-in.ts'
import { fieldComplaint } from '../components/field-complaint.ts'
import { MicrosoftLogo } from '../components/microsoft-logo.tsx'
import { ProblemNotice } from '../components/problem-notice.tsx'
import { useRemembered } from '../components/use-remembered.ts'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalL },
  field: { width: '100%' },
})

/** `?tenant=contoso` names the organisation beforehand; `?another=true` is for who was signed in as somebody else. */
export function MicrosoftSignIn() {
  const styles = useStyles()
  const [parameters] = useSearchParams()
  const { pathname } = useLocation()
  const [remembered, remember] = useRemembered('control-organisation')
  const [tenant, setTenant] = useState(parameters.get('tenant') ?? remembered)
  const chooseAnother = parameters.get('another') === 'true'
  const begin = useMutation({
    mutationFn: (accountId: string | undefined) =>
      beginSignIn({ tenant, accountId, chooseAnother, returnTo: pathname }),
    onSuccess: (answer) => {
      remember(tenant)
      if (answer.kind === 'go-to-microsoft') location.assign(answer.url)
    },
  })
  const complaint = fieldComplaint(begin.error, 'tenant', ['tenant-not-found', 'microsoft-not-set-up'])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    begin.mutate(undefined)
  }
  const change = (value: string) => {
    setTenant(value)
    begin.reset()
  }

  return (
    <form onSubmit={submit} className={styles.form}>
      <Field
        label="Organisation"
        required
        hint="Its short name, or the address of your phone system"
        className={styles.field}
        {...(complaint ? { validationMessage: complaint } : {})}
      >
        <Input
          value={tenant}
          maxLength={260}
          onChange={(_, { value }) => change(value)}
          autoComplete="organization"
          spellCheck={false}
        />
      </Field>
      {begin.data?.kind === 'choose-account' ? (
        <>
          <Text>As a member of:</Text>
          {begin.data.accounts.map(({ id, alias }) => (
            <Button key={id} icon={<MicrosoftLogo />} disabled={begin.isPending} onClick={() => begin.mutate(id)}>
              {alias}
            </Button>
          ))}
        </>
      ) : (
        <Button type="submit" icon={<MicrosoftLogo />} disabled={tenant.trim() === '' || begin.isPending}>
          Sign in with Microsoft
        </Button>
      )}
      {!complaint && <ProblemNotice error={begin.error} />}
    </form>
  )
}
