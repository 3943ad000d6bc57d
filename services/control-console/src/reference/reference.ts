import redoc from 'redoc/bundles/redoc.standalone.js?url'

// The reference of the admin API: Redoc, in a file of its own that Control's pages never load.

type Redoc = { init(document: string, options: Record<string, unknown>, element: HTMLElement): void }

const element = document.getElementById('reference')
const script = document.createElement('script')
script.src = redoc
script.onload = () => {
  const { Redoc } = window as unknown as { Redoc: Redoc }
  if (element) Redoc.init('/api/v1/openapi.json', { nativeScrollbars: true, sortPropsAlphabetically: false }, element)
}
document.head.append(script)
