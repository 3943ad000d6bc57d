type Run = {
  kind: 'import' | 'delta' | 'full'
  preview: boolean
  everybody: { sync: boolean; sso: boolean } | null
  filter: object | null
  rules: object | null
}

/**
 * Whether a page of the listing on which everybody is in the roster just as it says leaves the run nothing to do:
 * neither rules nor a filter ask for more than that, and nobody's sync is to be switched off.
 */
export function usesPageProofs({ kind, preview, everybody, filter, rules }: Run): boolean {
  if (preview || filter) return false
  return kind === 'import' ? everybody?.sync === true : kind === 'full' && !rules
}
