/** A start that cannot succeed, in one line for the person who tried. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
