import { defineConfig } from 'vite'

export default defineConfig({
  base: '/',
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ['index.html', 'callback.html', 'popup-callback.html'] },
  },
})
