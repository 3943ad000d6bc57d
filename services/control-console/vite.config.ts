import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/',
  plugins: [react()],
  // The gateway replaces this placeholder by the Content-Security-Policy nonce of each response.
  html: { cspNonce: '{{csp-nonce}}' },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1200 },
  server: { proxy: { '/api': 'http://control.phone.localhost:4000', '/auth': 'http://control.phone.localhost:4000' } },
})
