import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Application, Platform } from '../directory/application.ts'
import { ApplicationChange } from '../directory/application.ts'
import type { Directory } from '../directory/directory.ts'
import type { Form } from './practice.ts'

export type Registered = { kind: 'registered'; appId: string } | { kind: 'refused'; error: string }

/** A registration as the form has it; the delegated User.Read is listed from the start, as in the real one. */
export function register(directory: Directory, { name = '', audience, platform, uri = '' }: Form): Registered {
  try {
    const { appId } = directory.register({
      appId: randomUUID(),
      displayName: name.trim(),
      signInAudience: audience === 'AzureADMultipleOrgs' ? 'AzureADMultipleOrgs' : 'AzureADMyOrg',
      redirectUris: uri.trim() ? { [platformOf(platform)]: [uri.trim()] } : {},
    })
    return { kind: 'registered', appId }
  } catch (error) {
    return { kind: 'refused', error: sentenceOf(error) }
  }
}

/** Applies a change to a registration; what is wrong with it comes back as a sentence. */
export function change(directory: Directory, application: Application, wanted: ApplicationChange): string | undefined {
  try {
    directory.changeApplication(application.appId, ApplicationChange.parse(wanted))
    return undefined
  } catch (error) {
    return sentenceOf(error)
  }
}

export function platformOf(text: string | undefined): Platform {
  return text === 'spa' || text === 'publicClient' ? text : 'web'
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) throw error
  const issue = error.issues[0]
  const what = issue?.path.includes('redirectUris') ? 'The redirect URI' : issue?.path.includes('displayName') ? 'The name' : 'The value'
  return `${what} ${issue?.message ?? 'is not valid'}.`
}
