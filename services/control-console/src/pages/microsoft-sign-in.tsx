import { Button, Field, Input, makeStyles, Text, tokens } from '@fluentui/react-components'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useLocation, useSearchParams } from 'react-router'
import { beginSignIn } from '../api/control-sign-in.ts'
import { fieldComplaint } from '../components/field-complaint.ts'
import { useRemembered } from '../components/hooks/use-remembered.ts'
import { ProblemNotice } from '../components/problem-notice.tsx'

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', alignItems: 'start', gap: tokens.spacingVerticalL },
  field: { width: '100%' },
})

/** `?tenant=contoso` fills in the organisation; `?another=true` offers another account than the signed-in one. */
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

const SQUARES = [
  { x: 1, y: 1, fill: '#f25022' },
  { x: 11, y: 1, fill: '#7fba00' },
  { x: 1, y: 11, fill: '#00a4ef' },
  { x: 11, y: 11, fill: '#ffb900' },
]

/** The logo of Microsoft’s branding guidelines for sign-in buttons. */
function MicrosoftLogo() {
  return (
    <svg width="21" height="21" viewBox="0 0 21 21" aria-hidden="true" focusable="false">
      {SQUARES.map((square) => (
        <rect key={square.fill} width="9" height="9" {...square} />
      ))}
    </svg>
  )
}
