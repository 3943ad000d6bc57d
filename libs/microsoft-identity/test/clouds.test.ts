import { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import { expect, test } from 'vitest'
import { newRegistrationLink, registrationLink } from '../src/admin-center-links.ts'
import { cloudOfDomain, microsoftClouds, microsoftOrigins } from '../src/clouds.ts'
import { MicrosoftOriginSettings } from '../src/origin-settings.ts'

const APP = '2f1c9c1e-0f5b-4b0c-9f0a-5f6c3d1e2a3b'
const EMULATOR = { MICROSOFT_LOGIN_URL: 'http://127.0.0.1:4010' }

test('S18 the deep link opens the registration in the admin center of its own cloud', () => {
  expect(registrationLink(microsoftOrigins('global', {}).adminCenter, APP, 'Authentication')).toBe(
    `https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Authentication/appId/${APP}`,
  )
  expect(microsoftOrigins('us-gov', {}).adminCenter).toBe('https://entra.microsoft.us')
  expect(microsoftOrigins('china', {}).adminCenter).toBe('https://entra.microsoftonline.cn')
})

test('S8 S18 where the emulator replaces Microsoft, deep links of every cloud lead to its practice admin center', () => {
  for (const { adminCenterUrl } of microsoftClouds(EMULATOR)) {
    expect(newRegistrationLink(adminCenterUrl)).toMatch(/^http:\/\/127\.0\.0\.1:4010\/#view\//)
  }
})

test('an admin chooses among all clouds by the names Microsoft gives them', () => {
  const clouds = microsoftClouds({})
  expect(clouds.map(({ id }) => id)).toEqual(Cloud.options)
  expect(clouds.map(({ name }) => name).join()).toMatch(/GCC High.*DoD.*21Vianet/)
})

test('T-100 the origins of every cloud are accepted as settings, and no other host is', () => {
  for (const cloud of Cloud.options) {
    const { login, graph } = microsoftOrigins(cloud, {})
    expect(MicrosoftOriginSettings.MICROSOFT_LOGIN_URL.parse(login)).toBe(login)
    expect(MicrosoftOriginSettings.MICROSOFT_LOGIN_URL.parse(graph)).toBe(graph)
  }
  expect(
    MicrosoftOriginSettings.MICROSOFT_LOGIN_URL.safeParse('https://login.microsoftonline.com.evil.example').success,
  ).toBe(false)
})

test('the domain in Microsoft’s redirect text names the cloud, in any case', () => {
  expect(cloudOfDomain('MicrosoftOnline.US')).toBe('us-gov')
  expect(cloudOfDomain('partner.microsoftonline.cn')).toBe('china')
  expect(cloudOfDomain('elsewhere.example')).toBeUndefined()
})
