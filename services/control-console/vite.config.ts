import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Redoc with our own icon in place of the one that it would load from its maker's site. */
const redocOffline: Plugin = {
  name: 'redoc-offline',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === 'asset' && file.fileName.includes('redoc.standalone'))
        file.source = file.source.toString().replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', '/icon.svg')
    }
  },
}

export default defineConfig({
  base: '/',
  plugins: [react(), redocOffline],
  // The gateway replaces this placeholder by the Content-Security-Policy nonce of each response.
  html: { cspNonce: '{{csp-nonce}}' },
  build: {
    // Control, and the reference of the admin API.
    rolldownOptions: { input: ['index.html', 'reference.html'] },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
  },
  server: { proxy: { '/api': 'http://control.phone.localhost:4000', '/auth': 'http://control.phone.localhost:4000' } },
})
