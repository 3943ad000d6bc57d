import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { givenCode, givenEmulator, givenUser, postToken, redemption } from '../given.ts'

let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const contoso = () => m365.directory(CONTOSO_DIRECTORY_ID)
const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
const EVERY_MEMBER = 'b79fbf4d-3ef9-4689-8143-76b194e85509'

async function signIn(user: { userPrincipalName: string }, more: Record<string, string> = {}) {
  const code = await givenCode(m365, {}, CONTOSO_DIRECTORY_ID, user.userPrincipalName)
  const { body } = await postToken(m365, redemption(code, more))
  return { body, claims: decodeJwt(String(body.id_token)) }
}

test('S55 wids names the directory roles by template id, and everybody’s, where the registration asks for roles', async () => {
  const administrator = givenUser(m365)
  contoso().changeUser(administrator.id, { directoryRoles: ['Global Administrator'] })
  expect((await signIn(administrator)).claims).not.toHaveProperty('wids')
  contoso().changeApplication(JACKFIELD_CLIENT_ID, { groupMembershipClaims: 'DirectoryRole' })
  const { claims } = await signIn(administrator)
  expect(claims.wids).toEqual([GLOBAL_ADMINISTRATOR, EVERY_MEMBER])
  expect(claims).not.toHaveProperty('groups')
  expect((await signIn(givenUser(m365))).claims.wids).toEqual([EVERY_MEMBER])
})

test('groups names up to 200 groups, nested ones too; beyond that a place to ask', async () => {
  contoso().changeApplication(JACKFIELD_CLIENT_ID, { groupMembershipClaims: 'SecurityGroup' })
  const user = givenUser(m365)
  const outer = contoso().addGroup({ id: randomUUID(), displayName: 'Outer' })
  const inner = contoso().addGroup({ id: randomUUID(), displayName: 'Inner' })
  contoso().addMember(outer.id, inner.id)
  contoso().addMember(inner.id, user.id)
  expect(new Set((await signIn(user)).claims.groups as string[])).toEqual(new Set([inner.id, outer.id]))

  for (let index = 0; index < 199; index++) {
    const { id } = contoso().addGroup({ id: randomUUID(), displayName: `Group ${index}` })
    contoso().addMember(id, user.id)
  }
  const { claims } = await signIn(user)
  expect(claims).not.toHaveProperty('groups')
  expect(claims._claim_names).toEqual({ groups: 'src1' })
  expect(claims._claim_sources).toMatchObject({ src1: { endpoint: expect.stringContaining(user.id) } })
})

test('client_info names user and directory to clients that ask for it', async () => {
  const user = givenUser(m365)
  expect((await signIn(user)).body).not.toHaveProperty('client_info')
  const { body } = await signIn(user, { client_info: '1' })
  const told = JSON.parse(Buffer.from(String(body.client_info), 'base64url').toString())
  expect(told).toEqual({ uid: user.id, utid: CONTOSO_DIRECTORY_ID })
})
