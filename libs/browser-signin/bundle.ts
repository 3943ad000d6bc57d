import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Bundles the component, `signIn`, `finishSignIn` and `fetchSignInOptions` as one minified ES module for browsers of the last years. */
export async function bundleBrowserSignIn(): Promise<string> {
  const contents = `export { MicrosoftSignIn } from './src/microsoft-sign-in.ts'
export { finishSignIn, signIn } from './src/sign-in.ts'
export { SignInError } from './src/sign-in-error.ts'
export { fetchSignInOptions } from './src/sign-in-options.ts'`
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  const [file] = outputFiles
  if (!file) throw new Error('esbuild made no file')
  return file.text
}

if (import.meta.main) {
  const folder = fileURLToPath(new URL('dist/', import.meta.url))
  await mkdir(folder, { recursive: true })
  await writeFile(`${folder}microsoft-sign-in.js`, await bundleBrowserSignIn())
}
