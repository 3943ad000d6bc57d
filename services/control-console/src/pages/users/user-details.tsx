import { Checkbox, Text } from '@fluentui/react-components'
import type { PhoneUser } from '@jackfield/contract/phone-user'
import { useChangeUser } from '../../api/users.ts'
import { AttributeList } from '../../components/attribute-list.tsx'
import { ProblemNotice } from '../../components/problem-notice.tsx'
import { Section } from '../../components/section.tsx'
import { withSso, withSync } from '../../domain/ticks.ts'

export function UserDetails({ tenantId, user, etag }: { tenantId: string; user: PhoneUser; etag: string | undefined }) {
  const change = useChangeUser(tenantId, user.id, etag)
  const ticks = { sync: user.sync, sso: user.sso }
  return (
    <>
      <Section title="Microsoft 365">
        <Checkbox
          label="Sync User"
          checked={user.sync}
          disabled={change.isPending}
          onChange={(_, { checked }) => change.mutate(withSync(ticks, checked === true))}
        />
        <Text>Changes of this person in Microsoft 365 reach the phone system.</Text>
        <Checkbox
          label="SSO enabled"
          checked={user.sso}
          disabled={change.isPending}
          onChange={(_, { checked }) => change.mutate(withSso(ticks, checked === true))}
        />
        <Text>This person signs in with Microsoft. It needs Sync User.</Text>
        <ProblemNotice error={change.error} />
      </Section>
      <Section title="Attributes">
        <AttributeList
          attributes={[
            ['UPN', user.userPrincipalName],
            ['Mail', user.mail],
            ['Given name', user.givenName],
            ['Surname', user.surname],
            ['Business phones', user.businessPhones.join(', ')],
            ['Mobile phone', user.mobilePhone],
            ['Job title', user.jobTitle],
            ['Department', user.department],
            ['Employee ID', user.employeeId ?? null],
            ['Object ID', user.objectId],
            ['Last changed', new Date(user.updatedAt).toLocaleString()],
          ]}
        />
      </Section>
    </>
  )
}
