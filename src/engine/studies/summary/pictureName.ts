import { parseRowPath } from '../../images/index.ts'

/**
 * Names a picture the same in every part of a dataset: class folder and file name without its ending; for
 * frames class folder and sequence.
 */
export function pictureName(name: string, frames: boolean): string {
  const steps = name.split('/')
  const last = steps.at(-1) ?? ''
  // Rows of array files have no class folder. Their number is the same under every corruption and severity.
  if (parseRowPath(name)) return `row/${last}`
  return frames ? steps.slice(-3, -1).join('/') : `${steps.at(-2) ?? ''}/${last.replace(/\.[^.]*$/, '')}`
}
