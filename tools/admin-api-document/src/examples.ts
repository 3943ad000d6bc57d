import { sample } from 'openapi-sampler'
import { type Media, type OpenApi, operationsOf, type Schema } from './openapi.ts'

/** Gives every JSON body and answer an example, made of the examples of its members. */
export function withExamples(document: OpenApi): OpenApi {
  for (const [name, schema] of Object.entries(document.components.schemas ?? {})) addTexts(name, schema as Schema)
  for (const { operation } of operationsOf(document)) {
    const answers = Object.values(operation.responses).map(({ content }) => content)
    for (const content of [operation.requestBody?.content, ...answers]) {
      const media = content?.['application/json']
      if (media?.schema) media.example = exampleOf(media, document)
    }
  }
  return document
}

const exampleOf = ({ schema = {} }: Media, document: OpenApi) => {
  addTexts('', schema)
  return sample(schema as object, { quiet: true }, document)
}

const GUID = '5f0c1d7e-3b2a-4c6d-8e9f-0a1b2c3d4e5f'
const TEXTS: Readonly<Record<string, string>> = {
  slug: 'contoso',
  name: 'Contoso Ltd',
  displayName: 'Adele Vance',
  givenName: 'Adele',
  surname: 'Vance',
  userPrincipalName: 'adele.vance@contoso.example',
  mail: 'adele.vance@contoso.example',
  jobTitle: 'Retail Manager',
  department: 'Retail',
  businessPhones: '+1 425 555 0109',
  mobilePhone: '+1 425 555 0110',
  phoneSystemName: 'Headquarters',
  extension: '101',
  number: '101',
  customHosts: 'phone.contoso.example',
  hosts: 'phone.contoso.example',
  hostname: 'phone.contoso.example',
  defaultCountry: 'DE',
  accentColour: '#0f6cbd',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  alias: 'contoso-365',
  clientId: 'web-client',
  applicationId: GUID,
  directoryId: GUID,
  objectId: GUID,
  groupId: GUID,
  skuId: GUID,
  correlationId: GUID,
  domain: 'contoso.example',
  callbackPaths: '/auth/callback',
  postLogoutPaths: '/signed-out',
  backchannelLogoutPath: '/backchannel-logout',
  redirectSchemes: 'com.example.softphone',
  url: 'https://pbx.example/hooks/jackfield',
  uri: 'https://contoso.phone.example/auth/microsoft/callback',
  sharedUrl: 'https://app.phone.example',
  jwksUri: 'https://app.phone.example/jwks.json',
  actor: 'key:0197b2d4-6a3f-7c21-9a54-2f0c4b1d8e90',
  requestedBy: 'key:0197b2d4-6a3f-7c21-9a54-2f0c4b1d8e90',
  createdBy: 'key:0197b2d4-6a3f-7c21-9a54-2f0c4b1d8e90',
  secret: 'the secret, shown this once',
  key: 'jf_shown-this-once',
}
const UUID = '0197b2d4-6a3f-7c21-9a54-2f0c4b1d8e90'

/** Gives texts in a schema the example of the member that they are, or the form of their format or pattern. */
function addTexts(member: string, schema: Schema): void {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) addTexts(name, inner)
  for (const inner of [...(schema.anyOf ?? []), ...(schema.allOf ?? []), ...(schema.items ? [schema.items] : [])])
    addTexts(member, inner)
  const [option] = (schema.anyOf ?? []).flatMap(({ examples }) => examples ?? [])
  if (option !== undefined) schema.examples ??= [option]
  if (schema.type !== 'string' || schema.enum || schema.examples) return
  const example = [TEXTS[member], schema.format === 'uuid' ? UUID : undefined, GUID].find(
    (text) => text !== undefined && fits(text, schema),
  )
  if (example !== undefined && (TEXTS[member] || schema.format === 'uuid' || schema.pattern))
    schema.examples = [example]
}

function fits(text: string, { pattern, format }: Schema): boolean {
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(text)) return false
  return format !== 'uuid' || text === UUID
}
