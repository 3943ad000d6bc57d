import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findProxy, localAddresses, readShipped, runProxy, type ShippedProxy } from './proxy.ts'

const binary = findProxy('apache2', 'httpd')
const modules = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/opt/homebrew/lib/httpd/modules'].find(
  (folder) => existsSync(join(folder, 'mod_lua.so')),
)
const luaSocket = ['/usr/share/lua', '/usr/local/share/lua'].some((folder) =>
  ['5.1', '5.3', '5.4'].some((version) => existsSync(join(folder, version, 'socket/http.lua'))),
)
const NEEDED = ['mpm_event', 'authz_core', 'headers', 'lua', 'proxy', 'proxy_http', 'setenvif']

export const apache: ShippedProxy = {
  name: 'Apache',
  isInstalled: binary !== undefined && modules !== undefined && luaSocket,
  redirectsPages: true,
  passesRetryAfter: true,
  withoutGateway: 503,
  withoutFrontend: 503,
  start: (upstream) =>
    runProxy(async (folder, port) => {
      const lua = join(folder, 'apache.lua')
      const site = await readShipped('apache.conf', {
        ...localAddresses(upstream, port),
        '/etc/apache2/apache.lua': lua,
      })
      const main = [
        `ServerRoot ${folder}`,
        `PidFile ${folder}/pid`,
        `DefaultRuntimeDir ${folder}`,
        `Mutex file:${folder}`,
        `ErrorLog ${folder}/log`,
        'ServerName localhost',
        'ServerLimit 1',
        'StartServers 1',
        'ThreadsPerChild 16',
        'MaxRequestWorkers 16',
        ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
        ...NEEDED.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
        site,
      ].join('\n')
      const files = {
        'apache.conf': `${main}\n`,
        'apache.lua': await readShipped('apache.lua', { '127.0.0.1:4000': `127.0.0.1:${upstream.gateway}` }),
      }
      return { binary, args: ['-D', 'FOREGROUND', '-f', join(folder, 'apache.conf')], files }
    }),
}
