import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { AttributeList } from '../../components/attribute-list.tsx'
import { Section } from '../../components/page-frame/section.tsx'
import { UserTicks } from './user-ticks.tsx'

export function UserDetails({ tenantId, user, etag }: { tenantId: string; user: PhoneUser; etag: string | undefined }) {
  return (
    <>
      <Section title="Microsoft 365">
        <UserTicks key={user.id} tenantId={tenantId} user={user} etag={etag} />
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
