// As Microsoft's documents show it: no authority settings, no origin of Graph, no certificate options.
import { ConfidentialClientApplication } from '@azure/msal-node'
import { Client } from '@microsoft/microsoft-graph-client'

const { TENANT, CLIENT_ID, CLIENT_SECRET } = process.env
const app = new ConfidentialClientApplication({
  auth: { clientId: CLIENT_ID, authority: `https://login.microsoftonline.com/${TENANT}`, clientSecret: CLIENT_SECRET },
})
const token = await app.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] })
const graph = Client.init({ authProvider: (done) => done(null, token.accessToken) })
const { value } = await graph.api('/users').select('displayName').top(3).get()
process.stdout.write(JSON.stringify({ users: value.map(({ displayName }) => displayName) }))
