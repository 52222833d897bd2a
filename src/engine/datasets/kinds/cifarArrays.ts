import { KernelscopeError } from '#shared/errors.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import {
  parseRowPath,
  readArrayLabels,
  readRecordLabels,
  rowName,
  rowsOf,
  type Rows,
} from '../../images/index.ts'
import type { FoundFile } from '../scan.ts'
import { cifar100Classes, cifar10Classes } from './cifar.ts'
import { imagenetCParts } from './imagenetC.ts'
import type { Layout, DatasetKind } from './kind.ts'
import type { FolderReader } from '../folderReader.ts'

const perPart = 10_000
const severities = [1, 2, 3, 4, 5]

/** A file of images, with the class of each row. */
interface ArrayFile {
  name: string
  rows: Rows
  /** The class index of row i is labels[i % labels.length], because one list may be for all five severities. */
  labels: Int32Array
  /** The corruption whose five severities follow one another in the file; null for clean images. */
  corruption: string | null
}

/** CIFAR-10-C and CIFAR-100-C as published: labels.npy, and one .npy file of 5 x 10,000 images per corruption. */
export const cifarCorruptedArrays = {
  recognises: ['cifar-10-c', 'cifar-100-c'],
  recognise: async (reader) => {
    const { files } = await reader.at()
    const found = imagenetC19.filter((name) => files.includes(`${name}.npy`))
    if (found.length === 0) return null
    if (!files.includes('labels.npy'))
      throw new KernelscopeError(
        'DATASET_LABELS',
        `labels.npy is missing next to ${found[0]}.npy in ${reader.root}`,
        {
          hint: 'Put the labels.npy of CIFAR-10-C (or -100-C) into the same folder.',
        },
      )
    const labels = await readArrayLabels(reader.pathOf('labels.npy'))
    const { used, refused } = await usable(reader, found, labels)
    if (used.length === 0)
      throw new KernelscopeError('DATASET_EMPTY', `no array file of ${reader.root} can be used`, {
        details: refused.join('\n'),
        hint: refused[0] ?? '',
      })
    const hundred = labels.some((label) => label >= cifar10Classes.length)
    const name = hundred ? 'CIFAR-100-C' : 'CIFAR-10-C'
    return {
      ...arrayLayout(used, hundred ? cifar100Classes : cifar10Classes),
      recognised: hundred ? 'cifar-100-c' : 'cifar-10-c',
      reason: `${used.length} of the ${imagenetC19.length} array files of ${name}, with labels.npy.`,
      expected: {
        images: perPart,
        parts: imagenetCParts,
        classes: hundred ? cifar100Classes : cifar10Classes,
      },
      remarks: refused,
    }
  },
} as const satisfies DatasetKind

async function usable(reader: FolderReader, names: readonly string[], labels: Int32Array) {
  const used: ArrayFile[] = []
  const refused: string[] = []
  for (const corruption of names) {
    const name = `${corruption}.npy`
    try {
      const rows = await rowsOf(reader.pathOf(name))
      const fits = rows.count % severities.length === 0 && rows.count % labels.length === 0
      if (fits) used.push({ name, rows, labels, corruption })
      else
        refused.push(
          `${name} is left out: ${rows.count} images are not five severities of the ${labels.length} labels.`,
        )
    } catch (error) {
      if (!(error instanceof KernelscopeError)) throw error
      refused.push(`${name} is left out: ${error.message}.`)
    }
  }
  return { used, refused }
}

/** CIFAR-10 and CIFAR-100 in their Python or binary version. Only the test images are used. */
export const cifarRecords = {
  recognises: ['cifar-10', 'cifar-100'],
  recognise: async (reader) => {
    const { files } = await reader.at()
    const found = forms.find(({ needs }) => needs.every((file) => files.includes(file)))
    if (!found) return null
    const { name, version, hundred } = found
    const path = reader.pathOf(name)
    const used = [{ name, rows: await rowsOf(path), labels: await readRecordLabels(path), corruption: null }]
    const classes = hundred ? cifar100Classes : cifar10Classes
    return {
      ...arrayLayout(used, classes),
      recognised: hundred ? 'cifar-100' : 'cifar-10',
      reason: `The test images of CIFAR-${classes.length} in its ${version} version.`,
      expected: { images: perPart, parts: [], classes, perClass: perPart / classes.length },
      remarks: files.some((file) => /^(data_batch_\d|train)(\.bin)?$/.test(file))
        ? ['The training images are there too and left out: the benchmarks use the test images.']
        : [],
    }
  },
} as const satisfies DatasetKind

/** The files with the test images, and those that a folder must have to be taken for one of them. */
const forms = [
  { version: 'binary', name: 'test_batch.bin', needs: ['test_batch.bin'], hundred: false },
  { version: 'binary', name: 'test.bin', needs: ['test.bin', 'train.bin'], hundred: true },
  { version: 'Python', name: 'test_batch', needs: ['test_batch', 'batches.meta'], hundred: false },
  { version: 'Python', name: 'test', needs: ['test', 'train', 'meta'], hundred: true },
] as const

type CommonLayout = Pick<Layout, 'kind' | 'classes' | 'labelsPath' | 'videos' | 'placeOf' | 'files'>

function arrayLayout(used: readonly ArrayFile[], classes: readonly string[]): CommonLayout {
  const byName = new Map(used.map((file) => [file.name, file]))
  return {
    kind: 'arrays',
    classes: [...classes],
    labelsPath: null,
    videos: false,
    placeOf(name) {
      const row = parseRowPath(name)
      const file = row ? byName.get(row.file) : undefined
      if (!row || !file) return { className: null, part: null }
      const { labels, rows, corruption } = file
      const perSeverity = rows.count / severities.length
      const place = row.severity === null ? row.index : (row.severity - 1) * perSeverity + row.index
      return {
        className: classes[labels[place % labels.length] ?? -1] ?? null,
        part: corruption === null || row.severity === null ? null : `${corruption}/${row.severity}`,
      }
    },
    files: () => rowsIn(used),
  }
}

/** Yields every row like a file. */
async function* rowsIn(used: readonly ArrayFile[]): AsyncGenerator<FoundFile> {
  for (const { name, rows, corruption } of used) {
    const { height, width, mtime, count } = rows
    const shared = { bytes: height * width * 3, mtime }
    if (corruption === null)
      for (let index = 0; index < count; index++) yield { name: rowName(name, null, index), ...shared }
    else
      for (const severity of severities)
        for (let index = 0; index < count / severities.length; index++)
          yield { name: rowName(name, severity, index), ...shared }
  }
}
