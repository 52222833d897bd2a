import { conditionsFile, type ConditionsFile } from '#shared/conditionsFile.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { isThere, readTextAt } from '../../archives/index.ts'
import { foldersIn } from '../folderReader.ts'
import { anything, type DatasetKind } from './kind.ts'

export const conditionsName = 'conditions.json'

/** Folders that a conditions.json beside them names: `<folder of a level>/<class>/`. */
export const namedConditions = {
  recognises: ['conditions'],
  recognise: async (reader) => {
    const path = reader.pathOf(conditionsName)
    if (!(await isThere(path))) return null
    const file = readConditions(await readTextAt(path), path)
    if (file === null) return null
    const parts = [
      ...(file.baseline === undefined ? [] : [file.baseline]),
      ...file.levels.map(({ folder }) => folder),
    ]
    const classes = await foldersIn(reader, parts)
    if (classes.length === 0)
      throw new KernelscopeError('DATASET_EMPTY', `no class folders in the folders that ${path} names`, {
        hint: `The images of a level lie in LEVEL/CLASS/, e.g. ${parts[0] ?? 'level'}/cat/1.png.`,
      })
    const known = new Set(classes)
    return {
      kind: 'folders',
      recognised: 'conditions',
      reason: `${file.levels.length} conditions on the axis “${file.axis}”, named by ${conditionsName}; ${classes.length} classes.`,
      classes,
      labelsPath: null,
      expected: { ...anything, parts },
      videos: false,
      conditions: file,
      placeOf(name) {
        const part = parts.find((one) => name.startsWith(`${one}/`)) ?? null
        const steps = part === null ? [] : name.slice(part.length + 1).split('/')
        const [className = ''] = steps
        return { part, className: steps.length > 1 && known.has(className) ? className : null }
      },
    }
  },
} as const satisfies DatasetKind

/**
 * Reads a conditions.json; null where the file has that name but is of another program.
 *
 * @throws DATASET_LABELS where it is not JSON or does not fit; the message names the place
 */
export function readConditions(text: string, path: string): ConditionsFile | null {
  const refuse = (problem: string) =>
    new KernelscopeError('DATASET_LABELS', `invalid ${path}: ${problem}`, {
      hint: 'docs/formats.md says what it holds, with an example.',
    })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : 'not JSON')
  }
  if (typeof value !== 'object' || value === null || !('levels' in value)) return null
  const parsed = conditionsFile.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`${issue?.path.join('.') || 'its content'}: ${issue?.message ?? 'unknown'}`)
}
