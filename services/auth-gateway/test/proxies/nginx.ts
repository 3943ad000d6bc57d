import { findProxy, localAddresses, readShipped, runProxy, type ShippedProxy } from './proxy.ts'

const binary = findProxy('nginx')

export const nginx: ShippedProxy = {
  name: 'nginx',
  isInstalled: binary !== undefined,
  redirectsPages: true,
  passesRetryAfter: true,
  withoutGateway: 502,
  withoutFrontend: 502,
  start: (upstream) =>
    runProxy(async (folder, port) => {
      const site = await readShipped('nginx.conf', localAddresses(upstream, port))
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join(' ')
      const main = `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http { access_log off; ${temporary}
${site}
}`
      return { binary, args: ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], files: { 'nginx.conf': main } }
    }),
}
