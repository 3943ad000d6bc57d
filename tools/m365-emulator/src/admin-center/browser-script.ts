/** Script of the pages: copy buttons, and the addresses that Microsoft's portal keeps behind `#view/`. */
export const BROWSER_SCRIPT = `
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy)
    document.getElementById('announcement').textContent = button.dataset.label + ' copied'
  })
}
const PAGES = { Overview: '', Authentication: '/authentication', Credentials: '/certificates-secrets', CallAnAPI: '/api-permissions' }
function follow() {
  const [, blade, rest = ''] = /^#view\\/Microsoft_AAD_RegisteredApps\\/(\\w+)(.*)$/.exec(location.hash) ?? []
  const [, page, appId] = /^\\/~\\/(\\w+)\\/appId\\/([\\da-f-]{36})/i.exec(rest) ?? []
  if (blade === 'CreateApplicationBlade') location.replace('/app-registrations/new')
  else if (blade === 'ApplicationsListBlade') location.replace('/app-registrations')
  else if (blade === 'ApplicationMenuBlade' && page in PAGES) location.replace('/app-registrations/' + appId + PAGES[page])
}
addEventListener('hashchange', follow)
follow()
`
