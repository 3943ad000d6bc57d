import { Button, Field, Input, Text } from '@fluentui/react-components'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import { type FormEvent, useState } from 'react'
import type { useConnectionTest } from '../../api/microsoft-accounts.ts'
import { fieldComplaint } from '../../components/field-complaint.ts'
import { RegistrationLink } from '../../components/links/admin-center-link.tsx'
import { looksLikeSecretId, proposedExpiry } from '../../domain/client-secret.ts'
import { ExpiryNote } from './expiry-note.tsx'

type Properties = { account: MicrosoftAccount; test: ReturnType<typeof useConnectionTest> }
type Complaints = { secret?: string | undefined; expiresAt?: string | undefined }

export function SecretForm({ account, test }: Properties) {
  const [secret, setSecret] = useState('')
  const [expiresAt, setExpiresAt] = useState(() => proposedExpiry(new Date()))
  const [complaints, setComplaints] = useState<Complaints>({})
  const wrongSecret = complaints.secret ?? fieldComplaint(test.error, 'secret', ['secret-is-an-id'])
  const wrongDate = complaints.expiresAt ?? fieldComplaint(test.error, 'expiresAt', ['secret-already-expired'])

  const save = (event: FormEvent) => {
    event.preventDefault()
    const found = complaintsOf(secret, expiresAt)
    setComplaints(found)
    if (found.secret || found.expiresAt) return
    test.mutate(
      { credential: { type: 'secret', secret: secret.trim(), expiresAt } },
      { onSuccess: () => setSecret('') },
    )
  }

  return (
    <form onSubmit={save} noValidate autoComplete="off">
      {account.credential && <StoredSecret credential={account.credential} />}
      {account.previousCredential && (
        <Text block>{nameOf(account.previousCredential)} is used until Entra ID accepts the new one.</Text>
      )}
      {account.previousCredential && (
        <Text block>
          The previous one is used until Entra ID accepts this one: leave it in Entra ID until the next test has passed.
        </Text>
      )}
      <Text block>
        On the registration's{' '}
        <RegistrationLink account={account} page="Credentials">
          Certificates &amp; secrets page
        </RegistrationLink>{' '}
        create a new client secret that expires after 24 months, and copy its <strong>Value</strong> at once: Entra
        shows it only now.
      </Text>
      <Field
        label="Client secret value"
        hint="The column Value, not the Secret ID beside it."
        required
        {...(wrongSecret ? { validationMessage: wrongSecret } : {})}
      >
        <Input
          type="password"
          value={secret}
          onChange={(_, { value }) => setSecret(value)}
          autoComplete="new-password"
          spellCheck={false}
        />
      </Field>
      <Field label="Expires on" required {...(wrongDate ? { validationMessage: wrongDate } : {})}>
        <Input type="date" value={expiresAt} onChange={(_, { value }) => setExpiresAt(value)} />
      </Field>
      <p>
        <Button type="submit" appearance="primary" disabled={test.isPending}>
          Save and test
        </Button>
      </p>
    </form>
  )
}

function StoredSecret({ credential }: { credential: NonNullable<MicrosoftAccount['credential']> }) {
  return (
    <Text block>
      {nameOf(credential)} is stored since {new Date(credential.createdAt).toLocaleDateString()}.{' '}
      <ExpiryNote expiresAt={credential.expiresAt} />
    </Text>
  )
}

function nameOf(credential: NonNullable<MicrosoftAccount['credential']>): string {
  if (credential.type === 'certificate') return `The certificate with thumbprint ${credential.thumbprint}`
  if (credential.type === 'federated') return `Trust in ${credential.subject} of ${credential.issuer}`
  return credential.hint ? `A secret ending in ${credential.hint}` : 'A secret'
}

function complaintsOf(secret: string, expiresAt: string): Complaints {
  const complaints: Complaints = {}
  if (secret.trim() === '') complaints.secret = 'Enter the client secret’s value.'
  if (looksLikeSecretId(secret)) complaints.secret = 'This is the Secret ID. Copy the Value instead.'
  if (expiresAt === '') complaints.expiresAt = 'Enter the date Entra shows under Expires.'
  return complaints
}
