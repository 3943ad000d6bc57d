import type { Ports } from '../ports.ts'

const AT_ONCE = 500

/** Binds people who came back to the extensions they had, where nobody else got them meanwhile. Returns how many. */
export function giveExtensionsBack({ extensionHolds }: Pick<Ports, 'extensionHolds'>) {
  return async (): Promise<number> => {
    let givenBack = 0
    for (let batch = AT_ONCE; batch === AT_ONCE; givenBack += batch) batch = await extensionHolds.giveBack(AT_ONCE)
    return givenBack
  }
}
