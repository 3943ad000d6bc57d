/** A start that cannot succeed, with a message of one line for the person who tried. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
