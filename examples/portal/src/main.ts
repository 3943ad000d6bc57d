import { buildPortal } from './app.ts'

const { GATEWAY_URL, HOST = '127.0.0.1', PORT = '8080' } = process.env
if (!GATEWAY_URL || !URL.canParse(GATEWAY_URL)) {
  process.stderr.write(
    'portal: GATEWAY_URL must be the address where the gateway listens, such as http://auth-gateway:8080\n',
  )
  process.exit(1)
}
const app = buildPortal({ gatewayUrl: GATEWAY_URL })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close())
await app.listen({ host: HOST, port: Number(PORT) })
