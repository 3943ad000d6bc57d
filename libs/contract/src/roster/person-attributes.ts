import { z } from 'zod'

/** What a Microsoft directory says of a person and the roster keeps; null where the directory says nothing. */
export const PersonAttributes = z.object({
  displayName: z.string(),
  givenName: z.string().nullable(),
  surname: z.string().nullable(),
  userPrincipalName: z.string(),
  mail: z.string().nullable(),
  businessPhones: z.array(z.string()),
  mobilePhone: z.string().nullable(),
  jobTitle: z.string().nullable(),
  department: z.string().nullable(),
  employeeId: z.string().nullable(),
  userType: z.enum(['Member', 'Guest']),
})
export type PersonAttributes = z.infer<typeof PersonAttributes>
