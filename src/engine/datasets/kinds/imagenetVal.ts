import { basename, dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { KernelscopeError } from '#shared/errors.ts'
import { filesOfPackedTar, isThere, readFileAt, readTextAt } from '../../archives/index.ts'
import { imagenet1k } from '../../models/index.ts'
import type { Layout, DatasetKind } from './kind.ts'
import type { FolderReader } from '../folderReader.ts'
import { devkitWnids } from './devkit.ts'
import { topFolderIn } from './folders.ts'
import { looksLikeWnid, overlap } from './wnids.ts'

const images = 50000
const perClass = 50
const flatName = /^ILSVRC2012_val_(\d{8})\.JPEG$/i

/** ImageNet's validation images: in WordNet folders, or in one folder with the labels of the devkit, Caffe or Kaggle. */
export const imagenetVal = {
  recognises: ['imagenet-val'],
  recognise: async (reader) => (await inFolders(reader)) ?? (await flat(reader)),
} as const satisfies DatasetKind

async function inFolders(reader: FolderReader): Promise<Layout | null> {
  const { folders } = await reader.at()
  const { wnids } = imagenet1k()
  const known = overlap(folders, wnids)
  if (known < 2 || known / folders.length < 0.5) return null
  return {
    kind: 'folders',
    recognised: 'imagenet-val',
    reason: `${known} of the 1000 class folders of ImageNet-1k.`,
    remarks: await strangeNames(reader, folders),
    classes: folders,
    labelsPath: null,
    expected: { images, parts: [], classes: wnids, perClass },
    videos: false,
    placeOf: topFolderIn(folders),
  }
}

/** Number of folders whose file names are checked. */
const foldersChecked = 20

/** A remark where file names are not those of validation images: training images or another set may be among them. */
async function strangeNames(reader: FolderReader, folders: readonly string[]): Promise<string[]> {
  let seen = 0
  const strange: string[] = []
  for (const folder of folders.filter(looksLikeWnid).slice(0, foldersChecked))
    for (const name of (await reader.at(folder)).images) {
      seen++
      if (!/^ILSVRC2012_val_\d{8}/i.test(name)) strange.push(`${folder}/${name}`)
    }
  if (strange.length === 0) return []
  return [
    `${strange.length} of the ${seen} files looked at are not named like validation images (${strange[0]}): training images or another set may be among them.`,
  ]
}

async function flat(reader: FolderReader): Promise<Layout | null> {
  const { images: names } = await reader.at()
  if (!names.some((name) => flatName.test(name))) return null
  const truth = await groundTruth(reader.root)
  if (truth === null) return null
  return {
    kind: 'csv',
    recognised: 'imagenet-val',
    reason: `ILSVRC2012 validation files with the classes of ${basename(truth.path)}.`,
    classes: [...imagenet1k().wnids],
    labelsPath: null,
    expected: { images, parts: [], classes: imagenet1k().wnids, perClass },
    remarks: truth.remarks,
    videos: false,
    placeOf(name) {
      const number = Number(flatName.exec(basename(name))?.[1] ?? 0)
      return { className: truth.classOf(number), part: null }
    },
  }
}

interface GroundTruth {
  path: string
  /** WordNet id of the validation image with this number (1 to 50,000); null where it is not known. */
  classOf(number: number): string | null
  /** Problems of the file. */
  remarks: string[]
}

/** A remark where the labels do not cover every validation image. */
const coverage = (path: string, named: number): string[] =>
  named === images ? [] : [`${basename(path)} names the classes of ${named} of ${images} validation images.`]

const truthName = 'ILSVRC2012_validation_ground_truth.txt'
const packedDevkit = 'ILSVRC2012_devkit_t12.tar.gz'

const places = ['', 'data', 'ILSVRC2012_devkit_t12/data', 'devkit/data']

/** Looks for one of the three known files of labels, in the folder and in its parent. */
async function groundTruth(root: string): Promise<GroundTruth | null> {
  for (const home of [root, dirname(root)]) {
    for (const place of places) {
      const at = (name: string) => join(home, place, name)
      if (await isThere(at('val.txt'))) return caffe(at('val.txt'))
      if (await isThere(at('LOC_val_solution.csv'))) return kaggle(at('LOC_val_solution.csv'))
      if (await isThere(at(truthName))) return devkit(at(truthName), at('meta.mat'))
    }
    const packed = join(home, packedDevkit)
    if (await isThere(packed)) return devkitPacked(packed)
  }
  return null
}

/** Reads lines "ILSVRC2012_val_00000001.JPEG 65". The number is the index among the ascending WordNet ids. */
async function caffe(path: string): Promise<GroundTruth> {
  const byNumber = new Map<number, string>()
  for (const line of (await readTextAt(path)).split(/\r?\n/)) {
    const [name = '', index = ''] = line.trim().split(/\s+/)
    const wnid = looksLikeWnid(index) ? index : imagenet1k().wnids[Number(index || '-1')]
    const number = flatName.exec(basename(name))?.[1]
    if (number !== undefined && wnid !== undefined) byNumber.set(Number(number), wnid)
  }
  return { path, classOf: (number) => byNumber.get(number) ?? null, remarks: coverage(path, byNumber.size) }
}

/** Reads a CSV "ImageId,PredictionString" whose second column begins with the WordNet id. */
async function kaggle(path: string): Promise<GroundTruth> {
  const rows: Record<string, string>[] = parse(await readTextAt(path), {
    columns: true,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
  })
  const byNumber = new Map(
    rows.map((row) => [
      Number(/(\d{8})$/.exec(row['ImageId'] ?? '')?.[1] ?? 0),
      row['PredictionString']?.split(' ')[0] ?? '',
    ]),
  )
  return { path, classOf: (number) => byNumber.get(number) ?? null, remarks: coverage(path, byNumber.size) }
}

const noMeta = (path: string): KernelscopeError =>
  new KernelscopeError('DATASET_LABELS', `the devkit's meta.mat is missing next to ${path}`, {
    hint: 'Its numbers are not in the order of the class folders; copy the whole data folder of the devkit.',
  })

async function devkit(path: string, meta: string): Promise<GroundTruth> {
  if (!(await isThere(meta))) throw noMeta(path)
  return truthOf(path, await readTextAt(path), devkitWnids(await readFileAt(meta), meta))
}

/** Reads the devkit as it is downloaded, packed. */
async function devkitPacked(path: string): Promise<GroundTruth | null> {
  const files = await filesOfPackedTar(path, (name) => [truthName, 'meta.mat'].includes(basename(name)))
  const named = (wanted: string) => [...files].find(([name]) => basename(name) === wanted)?.[1]
  const [truth, meta] = [named(truthName), named('meta.mat')]
  if (!truth) return null
  if (!meta) throw noMeta(path)
  return truthOf(path, truth.toString('utf8'), devkitWnids(meta, path))
}

/** Reads one ILSVRC2012 id per line (1 to 1000, not in the order of WordNet ids). meta.mat gives the class of each id. */
function truthOf(path: string, text: string, wnids: readonly string[]): GroundTruth {
  const ids = text.split(/\r?\n/).map(Number)
  const known = ids.filter((id) => wnids[id - 1] !== undefined).length
  return {
    path,
    classOf: (number) => wnids[(ids[number - 1] ?? 0) - 1] ?? null,
    remarks: coverage(path, known),
  }
}
