import { createDOMRenderer, RendererProvider } from '@fluentui/react-components'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { z } from 'zod'
import { createQueryClient } from './api/query-client.ts'
import { App } from './app.tsx'
import { SystemTheme } from './components/page-frame/system-theme.tsx'
import { takeEntryToken } from './entry-token.ts'

// zod would compile its checks with `new Function`, which our Content-Security-Policy forbids.
z.config({ jitless: true })

// Runs before anything renders: the token must not stay in the address bar or the history.
const entryToken = takeEntryToken()

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
const renderer = createDOMRenderer(document, { styleElementAttributes: { nonce } })
const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

createRoot(root).render(
  <StrictMode>
    <RendererProvider renderer={renderer} targetDocument={document}>
      <SystemTheme>
        <QueryClientProvider client={createQueryClient()}>
          <BrowserRouter>
            <App entryToken={entryToken} />
          </BrowserRouter>
        </QueryClientProvider>
      </SystemTheme>
    </RendererProvider>
  </StrictMode>,
)
