import { existsSync, statSync } from 'node:fs'
import type { SalientMode } from '#shared/saliency.ts'
import { madeFileOf } from '../../masks/draws.ts'
import { readMaskFile } from '../../masks/maskFile.ts'
import type { SalientParams } from './params.ts'
import { levelsOf, sourceDigest } from './source.ts'
import { countImages, imageChunks, sourceKey } from '../../../facts/index.ts'
import type { ViewContext } from '../../definition/index.ts'
import { nextTurn } from '../../../base/nextTurn.ts'
import { LruMap, remembered } from '../../../base/lruMap.ts'

/** By per cent of the mass that is lost: the mean share of patches that are dropped, over so many masks. */
export type Shares = Map<number, { share: number; masks: number }>

/** Images looked up before other work of the thread has its turn. */
const page = 1000

type Sums = Map<string, { masks: number; share: number }>
/** Going through a million images takes a while. */
const kept = new LruMap<string, Promise<Sums>>(16)

/** Over the images of a study whose masks are made; levels without any mask are left out. */
export async function sharesOf(
  chosen: SalientParams,
  context: ViewContext,
  size: readonly [number, number],
  mode: SalientMode,
): Promise<Shares> {
  const shares: Shares = new Map([[0, { share: 0, masks: 0 }]])
  const path = madeFileOf(context.workspace, sourceDigest(context.workspace.db, chosen, size))
  if (!existsSync(path)) return shares
  const sums = await sumsOf(path, context)
  for (const level of levelsOf(chosen)) {
    const sum = sums.get(level.level)
    if (level.mode === mode && sum)
      shares.set(level.percent, { share: sum.share / sum.masks, masks: sum.masks })
  }
  return shares
}

/** Sums of a file of masks over the images of a study; added up anew when the file or the images change. */
function sumsOf(path: string, { workspace: { db }, source }: ViewContext): Promise<Sums> {
  const { mtimeMs, size } = statSync(path)
  const key = JSON.stringify([path, mtimeMs, size, sourceKey(source), countImages(db, source)])
  return remembered(kept, key, () => addUp(path, { db, source }))
}

async function addUp(
  path: string,
  { db, source }: { db: ViewContext['workspace']['db']; source: ViewContext['source'] },
): Promise<Sums> {
  const masks = readMaskFile(path)
  const sums: Sums = new Map()
  if (!masks) return sums
  try {
    for (const chunk of imageChunks(db, source, page)) {
      for (const [level, found] of masks.dropped(chunk)) {
        const before = sums.get(level) ?? { masks: 0, share: 0 }
        sums.set(level, { masks: before.masks + found.masks, share: before.share + found.share })
      }
      await nextTurn()
    }
  } finally {
    masks.close()
  }
  return sums
}
