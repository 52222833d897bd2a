import { readUserFile } from '../base/userFile.ts'
import { resourcePath } from '../base/resources.ts'

/** Makes the `@font-face` rules of text and figures, with the fonts inside. */
export async function fonts(): Promise<string> {
  const faces = [
    [400, 'inter-regular.woff'],
    [600, 'inter-semibold.woff'],
  ] as const
  const rules = []
  for (const [weight, file] of faces) {
    const data = (await readUserFile(resourcePath('fonts', file))).toString('base64')
    rules.push(
      `@font-face{font-family:Inter;font-weight:${weight};src:url(data:font/woff;base64,${data}) format('woff')}`,
    )
  }
  return rules.join('')
}
