import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import { directoryOf, resolveAuthority } from '../authority.ts'
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from '../pages/device-pages.ts'
import { refuseOnPage } from '../pages/error-page.ts'
import { accountsPage, credentialsPage } from '../pages/sign-in-pages.ts'
import { admit, type SignedInAccount } from '../sign-in/account-choice.ts'
import { identify, keyOf, LoginAnswer, SESSION_COOKIE } from '../sign-in/identify.ts'
import type { DeviceAuthorization } from './device-codes.ts'

/** Takes the user code, signs the person in, and asks whether the device is theirs. */
export const deviceLogin: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.get('/devicelogin', async (_request, reply) => reply.type('text/html; charset=utf-8').send(deviceCodePage()))

  app.post<{ Body: Record<string, string> | undefined }>('/devicelogin', async ({ body, cookies }, reply) => {
    reply.type('text/html; charset=utf-8')
    const read = LoginAnswer.safeParse({ step: 'pick', ...body })
    if (!read.success) return deviceCodePage()
    const answer = read.data
    const device = cloud.deviceCodes.findPending(answer.request, (authority) =>
      cloud.of(cloud.directories.find(authority)).clock.now(),
    )
    const application = device && cloud.directories.findApplication(device.clientId)
    if (!device || !application) return deviceCodePage('That code didn’t work. Check the code and try again.')
    if (answer.step === 'cancel') return decline(device)

    const form = { action: '/devicelogin', request: device.userCode }
    const signedIn = cloud.sessions.accounts(cookies[SESSION_COOKIE], cloud.directories)
    const isFirst = answer.step === 'pick' && answer.account === ''
    if (isFirst)
      return signedIn.length > 0
        ? accountsPage(form, signedIn)
        : credentialsPage(form, { app: application.displayName, userName: '' })
    const identified = identify(reply, cloud, cookies[SESSION_COOKIE], answer, { form, app: application.displayName })
    if (identified.kind === 'page') return identified.html
    if (answer.step !== 'continue')
      return deviceConfirmPage(form, { app: application.displayName, account: keyOf(identified.account) })
    return approve(reply, device, identified.account)
  })

  function decline(device: DeviceAuthorization): string {
    device.outcome = { kind: 'declined' }
    return deviceDonePage('You cancelled the sign-in', 'Nothing was given to the device. You may close this window.')
  }

  function approve(reply: FastifyReply, device: DeviceAuthorization, account: SignedInAccount) {
    const application = cloud.directories.findApplication(device.clientId)
    const authority = resolveAuthority(device.tenant, cloud.directories)
    if (!application) return deviceCodePage()
    const admission = admit(account, authority, { application, prompt: undefined }, cloud.origin)
    if (admission.kind === 'refuse')
      return refuseOnPage(reply, cloud.of(directoryOf(authority) ?? account.directory), admission.refusal)
    const { directory, user } = admission
    // the page asked for consent
    if (!admission.consented) directory.principal(application.appId).consentedUsers.add(user.id)
    const grant = {
      clientId: application.appId,
      directoryId: directory.id,
      userId: user.id,
      homeDirectoryId: account.directory.id,
      scopes: device.scopes,
      platform: application.allowPublicClient ? ('publicClient' as const) : ('web' as const),
      sid: account.sid,
      authTime: account.at,
      amr: account.amr,
    }
    device.outcome = { kind: 'approved', grant }
    const text = `You have signed in to the ${application.displayName} application on your device. You may now close this window.`
    return deviceDonePage(application.displayName, text)
  }
}
