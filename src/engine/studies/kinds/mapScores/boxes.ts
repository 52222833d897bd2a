import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { folderState } from '../../../base/folderState.ts'
import { readUserText } from '../../../base/userFile.ts'

/** A box of an object: left, top, right, bottom, in pixels of the image file. */
export type Box = readonly [number, number, number, number]

const listName = 'boxes.json'
const list = z.record(z.string(), z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])))

const isBoxFile = (name: string) => name === listName || name.toLowerCase().endsWith('.xml')

/** Names the boxes in a folder at a time. */
export const stateOfBoxes = (folder: string, signal?: AbortSignal): Promise<string> =>
  folderState(folder, 'boxes', { signal, counts: isBoxFile })

/**
 * The folder of boxes that lies beside a dataset: the dataset itself where it has boxes.json or XML files, beside its images or in
 * the first folder, or the annotations of ImageNet's localisation (Data/CLS-LOC beside Annotations/CLS-LOC). null where there
 * is none.
 */
export async function boxesBeside(root: string): Promise<string | null> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  if (entries.some((entry) => entry.isFile() && isBoxFile(entry.name))) return root
  const [first] = entries.filter((entry) => entry.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))
  const inner = first ? await readdir(join(root, first.name)).catch(() => []) : []
  if (inner.some(isBoxFile)) return root
  const parts = root.split(sep)
  const at = parts.lastIndexOf('Data')
  const annotations = at < 0 ? null : [...parts.slice(0, at), 'Annotations', ...parts.slice(at + 1)].join(sep)
  const found = annotations === null ? null : await stat(annotations).catch(() => null)
  return found?.isDirectory() ? annotations : null
}

/** Finds the boxes of images in a folder. */
export interface BoxFolder {
  /** The boxes of an image, of its class where boxes are named; empty where there are none. */
  of(image: { path: string; root: string | null; className: string }): Promise<Box[]>
}

/**
 * Opens a folder of boxes. An image's boxes are under its path below the dataset in boxes.json, or in the XML file of its name,
 * under the same path or in the folder itself.
 *
 * @throws STUDY_PARAMS where boxes.json is no list of boxes
 * @throws FILE_UNREADABLE where a file of boxes is there and cannot be read
 */
export async function openBoxes(folder: string): Promise<BoxFolder> {
  const text = await textAt(join(folder, listName))
  const listed = text === null ? null : listOf(text, join(folder, listName))
  return {
    async of({ path, root, className }) {
      const name = relative(root ?? dirname(path), path)
      const own = listed?.[name.split(sep).join('/')]
      if (own) return own
      const file = `${basename(name).replace(/\.[^.]+$/, '')}.xml`
      for (const place of [join(folder, dirname(name), file), join(folder, file)]) {
        const xml = await textAt(place)
        if (xml !== null) return boxesOfXml(xml, className)
      }
      return []
    },
  }
}

/** The text of a file; null where there is none. */
const textAt = (path: string): Promise<string | null> =>
  readUserText(path).catch((error: unknown) => {
    if (error instanceof KernelscopeError && error.code === 'FILE_MISSING') return null
    throw error
  })

function listOf(text: string, path: string): z.infer<typeof list> {
  try {
    return list.parse(JSON.parse(text))
  } catch (cause) {
    throw new KernelscopeError('STUDY_PARAMS', `invalid boxes: ${path} is no list of boxes by image`, {
      hint: 'Write {"folder/image.jpg": [[left, top, right, bottom], …]}, in pixels of the image.',
      cause,
    })
  }
}

/**
 * The boxes of an XML file in the format of PASCAL VOC, which ImageNet's localisation has. Objects named as the class count, or
 * all where none is.
 */
export function boxesOfXml(xml: string, className: string): Box[] {
  const objects = [...xml.matchAll(/<object>([\s\S]*?)<\/object>/g)].flatMap(([, object = '']) => {
    const [left, top, right, bottom] = ['xmin', 'ymin', 'xmax', 'ymax'].map((side) =>
      Number(new RegExp(`<${side}>\\s*([-\\d.eE+]+)\\s*</${side}>`).exec(object)?.[1] ?? NaN),
    )
    const name = /<name>\s*([^<]*?)\s*<\/name>/.exec(object)?.[1] ?? ''
    if (left === undefined || top === undefined || right === undefined || bottom === undefined) return []
    const box: Box = [left, top, right, bottom]
    return box.every(Number.isFinite) ? [{ name, box }] : []
  })
  const own = objects.filter(({ name }) => name === className)
  return (own.length > 0 ? own : objects).map(({ box }) => box)
}
