import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  base: '/',
  plugins: [react()],
  // Whoever serves index.html replaces this placeholder by the nonce of its Content-Security-Policy, anew for each
  // response.
  html: { cspNonce: '{{csp-nonce}}' },
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1200 },
  server: { proxy: { '/api': 'http://control.phone.localhost:4000', '/auth': 'http://control.phone.localhost:4000' } },
})
