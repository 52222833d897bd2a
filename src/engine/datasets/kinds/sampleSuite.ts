import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { readUserText } from '../../base/userFile.ts'
import { anything, type DatasetKind } from './kind.ts'
import { topFolderIn } from './folders.ts'

const indices = z.array(z.int().min(0))
const description = z.object({ A: indices, R: indices, O_inDistribution: indices })
const labels = z.array(z.string())

const recognised = { A: 'imagenet-a', R: 'imagenet-r', O: 'imagenet-o' } as const

const isSuite = (name: string): name is keyof typeof recognised => name in recognised

/**
 * A suite of the sample dataset: `suites/<A|R|O>/<class>/`, with the structure of its original. The subsets.json two
 * levels up lists its classes.
 */
export const sampleSuite = {
  recognises: ['imagenet-a', 'imagenet-r', 'imagenet-o'],
  recognise: async (reader) => {
    const home = join(dirname(reader.root), '..')
    const file = join(home, 'subsets.json')
    if (!isSuite(reader.name) || !existsSync(file)) return null
    const subsets = description.safeParse(await json(file))
    const names = labels.safeParse(await json(join(home, 'labels.json')))
    if (!subsets.success || !names.success) return null
    const chosen = reader.name === 'O' ? subsets.data.O_inDistribution : subsets.data[reader.name]
    const classes = chosen.flatMap((index) => names.data[index] ?? [])
    const { folders } = await reader.at()
    return {
      kind: 'folders',
      recognised: recognised[reader.name],
      reason: `Suite ${reader.name} of the sample, laid out like ImageNet-${reader.name}.`,
      classes: folders,
      labelsPath: null,
      expected: { ...anything, classes: classes.sort() },
      videos: false,
      placeOf: topFolderIn(folders),
    }
  },
} as const satisfies DatasetKind

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readUserText(path))
  } catch (cause) {
    throw new KernelscopeError('DATASET_LABELS', `cannot read ${path}`, { cause })
  }
}
