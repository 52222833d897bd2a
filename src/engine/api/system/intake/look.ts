import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, parse, relative, resolve } from 'node:path'
import type { IntakeItem } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { modelFileAt, otherForms } from '../../../models/index.ts'
import {
  belongTogether,
  mayHoldImages,
  fileKind,
  isCompanion,
  isDevkit,
  isOfInterest,
  isShard,
  whyNot,
  type FileKind,
} from './named.ts'

/** How deep a folder with models is looked through, and how many folders and findings there may be. */
const limits = { depth: 4, folders: 2000, items: 500 }

/** So many folders with images side by side are classes: the others are not looked at for models. */
const manyClasses = 8

interface Found {
  items: IntakeItem[]
  /** false where the limits ended the search. */
  whole: boolean
}

interface Folder {
  path: string
  files: string[]
  folders: string[]
}

/** Names of a folder with the network of a repository of Hugging Face. */
const repository = /^(model|pytorch_model)\.(safetensors|bin)(\.index\.json)?$/

/**
 * What can be taken from given paths, by names and first bytes; nothing is stored. A folder without models is a workspace or a
 * dataset. A folder with models, or with folders that have some, is looked through, and each thing in it is an item of its own.
 */
export async function lookAt(paths: readonly string[]): Promise<Found> {
  const search = new Search()
  for (const path of new Set(paths.map((given) => resolve(given)))) await search.given(path)
  const stems = search.items.flatMap(({ kind, path }) =>
    kind === 'model' ? [join(dirname(path), parse(path).name)] : [],
  )
  // What is named like a model beside it is read with that model, and needs no word.
  const items = search.items.filter(
    ({ kind, path }) =>
      kind !== 'unused' || !isCompanion(path) || !stems.some((stem) => path.startsWith(`${stem}.`)),
  )
  return { items, whole: search.whole }
}

const isWorkspace = ({ files }: Folder): boolean => files.includes('workspace.sqlite')

class Search {
  readonly items: IntakeItem[] = []
  whole = true
  #folders = 0
  readonly #kinds = new Map<string, Promise<FileKind>>()
  readonly #known = new Map<string, Folder | null>()

  async given(path: string): Promise<void> {
    const found = await stat(path).catch(() => null)
    if (found === null) this.#unused(path, basename(path), 'It is not there.')
    else if (!found.isDirectory()) await this.#file(path, basename(path), true)
    else {
      const folder = await this.#read(path)
      if (folder === null) this.#unused(path, basename(path), 'The folder cannot be read.')
      else if (isWorkspace(folder)) this.#add({ kind: 'workspace', path, name: basename(path) })
      else if (await this.#hasModels(folder, limits.depth)) await this.#mixed(folder, '', limits.depth)
      else await this.#images(folder, basename(path))
    }
  }

  /** A folder that holds models, at any depth: each thing in it. */
  async #mixed(folder: Folder, prefix: string, depth: number): Promise<void> {
    if (folder.files.includes('config.json')) {
      const name = prefix === '' ? basename(folder.path) : prefix.slice(0, -1)
      if (folder.files.some((file) => repository.test(file))) return this.#forms(folder.path, name, false)
      if (folder.folders.includes('onnx') && otherForms(folder.path).length > 0)
        return this.#forms(folder.path, name, true)
    }
    for (const name of folder.files) await this.#file(join(folder.path, name), `${prefix}${name}`, false)
    for (const name of folder.folders) {
      const below = depth > 0 ? await this.#read(join(folder.path, name)) : null
      if (below === null) this.whole = false
      else if (isWorkspace(below))
        this.#add({ kind: 'workspace', path: below.path, name: `${prefix}${name}` })
      else if (await this.#hasModels(below, depth - 1))
        await this.#mixed(below, `${prefix}${name}/`, depth - 1)
      else await this.#below(below, `${prefix}${name}`)
    }
  }

  /** A folder without models in a folder that was given: named as not used where there are no images in it. */
  async #below(folder: Folder, name: string): Promise<void> {
    if (await this.#hasImages(folder, limits.depth)) await this.#images(folder, name)
    else this.#unused(folder.path, name, 'There are no images in it.')
  }

  /** The network of a repository of Hugging Face, and the other forms that it has it in. */
  async #forms(folder: string, name: string, onnx: boolean): Promise<void> {
    await this.#model(folder, name, onnx)
    for (const path of otherForms(folder))
      await this.#model(path, `${name}/${relative(folder, path)}`, true, true)
  }

  /** A folder without models: one dataset, or archives of several. */
  async #images(folder: Folder, name: string): Promise<void> {
    const archives = folder.files.filter((file) => isOfInterest(file) && !isDevkit(file))
    if (archives.length === 0 || belongTogether(archives) || folder.files.some(looksLikeImage)) {
      const form = archives.length > 0 ? 'archives' : 'folder'
      return this.#add({ kind: 'dataset', path: folder.path, name, form })
    }
    for (const file of folder.files) await this.#file(join(folder.path, file), `${name}/${file}`, false)
    for (const below of folder.folders) {
      const inner = await this.#read(join(folder.path, below))
      if (inner) await this.#below(inner, `${name}/${below}`)
    }
  }

  async #file(path: string, name: string, given: boolean): Promise<void> {
    if (given && basename(path) === 'workspace.sqlite')
      return this.#add({ kind: 'workspace', path: dirname(path), name })
    if (!isOfInterest(path)) {
      if (!isShard(path)) this.#unused(path, name, whyNot(path))
      return
    }
    if (isDevkit(path)) return this.#unused(path, name, 'It is read from beside the images of ILSVRC2012.')
    try {
      const kind = await this.#kindOf(path)
      if (kind === 'onnx' || kind === 'weights') await this.#model(path, name, kind === 'onnx')
      else if (kind === 'archive' || kind === 'packed') this.#add({ kind: 'dataset', path, name, form: kind })
      else if (kind === 'bundle' && given) this.#add({ kind, path, name })
      else if (kind === 'bundle') this.#unused(path, name, 'It is a bundle: open it by itself.')
      else this.#unused(path, name, whyNot(path))
    } catch (error) {
      if (!(error instanceof KernelscopeError)) throw error
      this.#unused(path, name, error.message)
    }
  }

  async #model(path: string, name: string, onnx: boolean, another = false): Promise<void> {
    const { size } = await stat(modelFileAt(path))
    this.#add({ kind: 'model', path, name, bytes: size, onnx, ...(another ? { another } : {}) })
  }

  /** Whether a folder, or one below it, has a file of a network. */
  async #hasModels(folder: Folder, depth: number): Promise<boolean> {
    for (const name of folder.files.filter(isOfInterest)) {
      const kind = await this.#kindOf(join(folder.path, name)).catch(() => null)
      if (kind === 'onnx' || kind === 'weights') return true
    }
    if (depth <= 0 || folder.files.some(looksLikeImage)) return false
    let classes = 0
    for (const name of folder.folders) {
      const below = await this.#read(join(folder.path, name))
      if (below === null) continue
      if (await this.#hasModels(below, depth - 1)) return true
      if (below.files.some(looksLikeImage) && ++classes === manyClasses) return false
    }
    return false
  }

  /** Whether a folder, or one below it, has a file with the name of images or of an archive; true where it is not seen whole. */
  async #hasImages(folder: Folder, depth: number): Promise<boolean> {
    if (folder.files.some(mayHoldImages)) return true
    for (const name of folder.folders) {
      const below = depth > 0 ? await this.#read(join(folder.path, name)) : null
      if (below === null || (await this.#hasImages(below, depth - 1))) return true
    }
    return false
  }

  #kindOf(path: string): Promise<FileKind> {
    const known = this.#kinds.get(path) ?? fileKind(path)
    this.#kinds.set(path, known)
    return known
  }

  /** The names in a folder, in order; null where it cannot be read, or the search has seen too many. */
  async #read(path: string): Promise<Folder | null> {
    const known = this.#known.get(path)
    if (known !== undefined) return known
    if (++this.#folders > limits.folders) {
      this.whole = false
      return null
    }
    const entries = await readdir(path, { withFileTypes: true }).catch(() => null)
    const visible = entries?.filter(({ name }) => !name.startsWith('.'))
    const names = (folders: boolean) =>
      (visible ?? [])
        .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) === folders)
        .map(({ name }) => name)
        .sort()
    const folder = visible ? { path, files: names(false), folders: names(true) } : null
    this.#known.set(path, folder)
    return folder
  }

  #add(item: IntakeItem): void {
    if (this.items.length < limits.items) this.items.push(item)
    else this.whole = false
  }

  #unused(path: string, name: string, reason: string): void {
    this.#add({ kind: 'unused', path, name, reason })
  }
}
