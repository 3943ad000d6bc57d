import type { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import {
  newRegistrationLink,
  type RegistrationPage,
  registrationLink,
} from '@jackfield/microsoft-identity/admin-center-links'
import type { ReactNode } from 'react'
import { useMicrosoftClouds } from '../../api/microsoft-clouds.ts'
import { OutsideLink } from './outside-link.tsx'

function useAdminCenter(cloud: Cloud): string | undefined {
  return useMicrosoftClouds().data?.find(({ id }) => id === cloud)?.adminCenterUrl
}

type Properties = { account: { cloud: Cloud; clientId: string }; page: RegistrationPage; children: ReactNode }

/** Opens a page of the account's registration, in the admin center of its cloud. */
export function RegistrationLink({ account, page, children }: Properties) {
  const adminCenter = useAdminCenter(account.cloud)
  if (adminCenter === undefined) return children
  return <OutsideLink href={registrationLink(adminCenter, account.clientId, page)}>{children}</OutsideLink>
}

/** Opens the form for a new registration. */
export function NewRegistrationLink({ cloud, children }: { cloud: Cloud; children: ReactNode }) {
  const adminCenter = useAdminCenter(cloud)
  if (adminCenter === undefined) return children
  return <OutsideLink href={newRegistrationLink(adminCenter)}>{children}</OutsideLink>
}
