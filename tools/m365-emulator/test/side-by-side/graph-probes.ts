import { LICENSED, type Place, type Probes } from './place.ts'

const names = (value: readonly Record<string, unknown>[]) => value.map(({ displayName }) => displayName)

async function latest({ graph }: Place, select = ''): Promise<string> {
  return String((await graph(`/users/delta?$deltatoken=latest${select}`)).body['@odata.deltaLink'])
}

async function threeCalls({ graph }: Place) {
  for (let call = 0; call < 2; call++) await graph('/users')
  const { status, headers } = await graph('/users')
  return { status, retryAfter: headers.has('retry-after') }
}

export const GRAPH: Probes<'graph'> = {
  defaultPageSize: { values: [2, 3], see: async ({ graph }) => (await graph('/users')).body.value.length },
  deltaPageSize: { values: [2, 3], see: async ({ graph }) => (await graph('/users/delta')).body.value.length },
  deltaMembersSlice: {
    values: [2, 3],
    see: async ({ graph }) =>
      JSON.stringify((await graph('/groups/delta')).body.value[0]?.['members@delta']).split('id').length,
  },
  expiredDeltaStatus: {
    values: [400, 410],
    see: async (place) => {
      const link = await latest(place)
      place.directory.expireDeltaTokens()
      return (await place.graph(link)).status
    },
  },
  deltaLagMilliseconds: {
    values: [0, 3_600_000],
    see: async (place) => {
      const link = await latest(place)
      place.directory.changeUser(place.person(2), { displayName: 'Renamed' })
      return (await place.graph(link)).body.value.length
    },
  },
  deltaReplays: {
    values: [0, 2],
    see: async (place) => (await place.graph(await latest(place))).body.value.length > 0,
  },
  deltaShuffleSeed: {
    values: [null, 7],
    see: async ({ graph }) => names((await graph('/users/delta')).body.value),
  },
  deltaRemovedInFirstRound: {
    values: [false, true],
    see: async ({ graph, directory, person }) => {
      directory.deleteUser(person(5))
      return (await graph('/users/delta')).body.value.some((item) => '@removed' in item)
    },
  },
  identityUnknownMilliseconds: {
    values: [0, 3_600_000],
    see: async ({ directory, app, token, graph }) => {
      directory.removeEnterpriseApplication(app)
      directory.grantConsent(app, { roles: ['User.Read.All'] })
      token()
      return (await graph('/users')).status
    },
  },
  emptyPageEvery: { values: [0, 1], see: async ({ graph }) => (await graph('/users')).body.value.length },
  licencePagesExpire: {
    values: [true, false],
    see: async ({ graph }) => (await graph(String((await graph(LICENSED)).body['@odata.nextLink']))).status,
  },
  restoredUsersInDelta: {
    values: ['always', 'without-select'],
    see: async (place) => {
      const { id } = place.directory.user(place.person(4))
      place.directory.deleteUser(id)
      const link = await latest(place, '&$select=displayName')
      place.directory.restoreUser(id)
      return (await place.graph(link)).body.value.length
    },
  },
  batchOrder: {
    values: ['as-asked', 'reversed'],
    see: async ({ url, token }) => {
      const requests = ['1', '2'].map((id) => ({ id, method: 'GET', url: '/users?$top=1' }))
      const response = await fetch(`${new URL(url()).origin}/v1.0/$batch`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({ requests }),
      })
      const { responses } = (await response.json()) as { responses: { id: string }[] }
      return responses.map(({ id }) => id)
    },
  },
}

/** With the two others as given here, so that only the switch in question tells the directories apart. */
export const THROTTLE: Probes<'throttle'> = {
  enabled: {
    values: [true, false],
    see: async (place) => {
      place.directory.throttle.unitsPerWindow = 1
      return (await threeCalls(place)).status
    },
  },
  unitsPerWindow: { values: [1, null], see: async (place) => (await threeCalls(place)).status },
  sendRetryAfter: {
    values: [true, false],
    see: async (place) => {
      place.directory.throttle.unitsPerWindow = 1
      return (await threeCalls(place)).retryAfter
    },
  },
}

export const LIMITS: Probes<'subscriptionLimits'> = {
  perAppAndTenant: { values: [1, 0], see: ({ subscribe }) => subscribe() },
  perTenant: { values: [1, 0], see: ({ subscribe }) => subscribe() },
  refuseDuplicates: {
    values: [true, false],
    see: async ({ subscribe }) => [await subscribe(), await subscribe()],
  },
  acceptCreatedUsers: { values: [true, false], see: ({ subscribe }) => subscribe({ changeType: 'created' }) },
}

/** Makes two changes and answers how many requests brought them. */
async function requestsOf({ directory, webhook, person, control }: Place, between = async () => {}): Promise<number> {
  const before = webhook.received.length
  directory.changeUser(person(2), { department: 'Sales' })
  await between()
  directory.changeUser(person(3), { department: 'Sales' })
  await control('POST', '/notifications/settle')
  return webhook.received.length - before
}

/** An address that refuses once: how many requests come. */
async function retriesOf(place: Place): Promise<number> {
  const { webhook, directory, person, subscribe, control } = place
  let refusals = 1
  webhook.onNotification((_request, response) => response.writeHead(refusals-- > 0 ? 503 : 202).end())
  await subscribe()
  const before = webhook.received.length
  directory.changeUser(person(2), { department: 'Sales' })
  await control('POST', '/notifications/settle')
  webhook.onNotification((_request, response) => response.writeHead(202).end())
  return webhook.received.length - before
}

export const NOTIFICATIONS: Probes<'notifications'> = {
  gatherMilliseconds: {
    values: [0, 1_500],
    see: async (place) => {
      await place.subscribe()
      const twentyCalls = async () => {
        for (let call = 0; call < 20; call++) await place.graph('/organization')
      }
      return requestsOf(place, twentyCalls)
    },
  },
  mostInOneRequest: {
    values: [1, 100],
    see: async (place) => {
      await place.subscribe()
      return requestsOf(place)
    },
  },
  answerWithinMilliseconds: { values: [10_000, 0], see: ({ subscribe }) => subscribe() },
  retryMilliseconds: {
    values: [1, 60_000],
    see: async (place) => {
      place.directory.notifications.retryForMilliseconds = 30_000
      return retriesOf(place)
    },
  },
  retryForMilliseconds: {
    values: [30_000, 0],
    see: async (place) => {
      place.directory.notifications.retryMilliseconds = 1
      return retriesOf(place)
    },
  },
  lifecycleShape: {
    values: ['captured', 'documented'],
    see: async ({ subscribe, webhook, id, control }) => {
      await subscribe()
      const body = { directory: undefined, event: 'missed', directoryId: id }
      await control('POST', '/notifications/lifecycle', body)
      await control('POST', '/notifications/settle')
      return 'tenantId' in (webhook.entries().at(-1) ?? {})
    },
  },
}
