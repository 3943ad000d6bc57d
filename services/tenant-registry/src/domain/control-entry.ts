/** Where Control takes the token of a link: in the fragment, which browsers send to nobody. */
export function controlEntry(baseUrl: string, token: string): string {
  const { protocol, host } = new URL(baseUrl)
  return `${protocol}//control.${host}/enter#${token}`
}
