import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { hasEnded, ownProcess } from '../base/ownProcess.ts'
import { statOf } from '../base/statOf.ts'
import { readUserText } from '../base/userFile.ts'
import { throughDraft } from '../base/wholeFile.ts'
import { imageFile } from '../images/index.ts'
import { readImages } from './imageList.ts'
import { foundHere, type PathMap } from './places.ts'
import type { Unit } from './planSchema.ts'
import type { OpenPlan } from './readPlan.ts'

/**
 * Copies the archives and array files that hold a unit's images to a folder on a local disk, each once, however many units run there.
 * Datasets of which an image lies by itself are read where they are. That a copy holds the same images is checked image by image,
 * by digest, when they are read.
 *
 * @returns where the images of such datasets lie then, by id of the dataset
 * @throws FILE_MISSING where an archive is not here
 * @throws DISK_FULL where the disk has no room; the signal's reason
 */
export async function stageDatasets(
  plan: OpenPlan,
  unit: Unit,
  stage: string,
  maps: readonly PathMap[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, string>> {
  const roots = new Map(
    plan.head.datasets.map(({ id, title, root }) => [id, foundHere(root, maps, `the dataset ${title}`)]),
  )
  const files = new Map<number, Set<string> | null>()
  for (const source of plan.head.sources)
    for await (const images of readImages(plan, source, plan.head.apart ? unit.images : [0, source.images]))
      for (const [, dataset, name] of images) {
        const { file, inside } = imageFile(join(roots.get(dataset) ?? '', name))
        const own = files.get(dataset) ?? new Set<string>()
        files.set(dataset, inside === null || files.get(dataset) === null ? null : own.add(file))
      }
  const staged = new Map<number, string>()
  for (const [dataset, own] of files) {
    const root = roots.get(dataset)
    if (!own || root === undefined) continue
    const folder = join(stage, createHash('sha256').update(resolve(root)).digest('hex').slice(0, 16))
    // A root that is itself an archive keeps its name, by which it is known for one.
    const target = own.has(root) ? join(folder, basename(root)) : folder
    for (const file of own) await copyOnce(file, join(target, relative(root, file)), signal)
    staged.set(dataset, target)
  }
  return staged
}

const pollMs = 250

/** Copies a file where the copy is not there with its size and time. Of processes that want it at once, one copies and others wait. */
async function copyOnce(file: string, target: string, signal: AbortSignal | undefined): Promise<void> {
  mkdirSync(dirname(target), { recursive: true })
  const lock = `${target}.lock`
  while (!isCopied(file, target)) {
    signal?.throwIfAborted()
    if (!(await takeLock(lock))) {
      await delay(pollMs)
      continue
    }
    try {
      if (!isCopied(file, target)) await copy(file, target)
    } finally {
      rmSync(lock, { force: true })
    }
  }
}

function isCopied(file: string, target: string): boolean {
  const [from, to] = [statSync(file), statOf(target)]
  return to?.size === from.size && Math.abs(to.mtimeMs - from.mtimeMs) < 2
}

/** Makes the file of a lock, or takes over that of a process that has ended. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    writeFileSync(lock, ownProcess, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  try {
    if (hasEnded(await readUserText(lock)) === true) rmSync(lock, { force: true })
  } catch {
    // Its owner has just removed it.
  }
  return false
}

async function copy(file: string, target: string): Promise<void> {
  const { size, atime, mtime } = statSync(file)
  const { bavail, bsize } = statfsSync(dirname(target))
  if (bavail * bsize < size)
    throw new KernelscopeError(
      'DISK_FULL',
      `no room for a copy of ${file} (${Math.ceil(size / 2 ** 20)} MiB) in ${dirname(target)}`,
      { hint: 'Free some space there, name another folder with --stage, or read it in place.' },
    )
  await throughDraft(target, async (draft) => {
    await copyFile(file, draft)
    utimesSync(draft, atime, mtime)
  })
}
