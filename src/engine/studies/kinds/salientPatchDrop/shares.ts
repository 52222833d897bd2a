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

/**
 * By saliency mass lost (per cent): the mean share of dropped patches (0 to 1), and the number of masks it is
 * averaged over.
 */
export type Shares = Map<number, { share: number; masks: number }>

/** Images looked up before other work of the thread goes on. */
const page = 1000

type Sums = Map<string, { masks: number; share: number }>
/** Reading a million images takes a while, so sums are remembered. */
const kept = new LruMap<string, Promise<Sums>>(16)

/**
 * Averages the dropped share over the images of a study whose masks are made. Levels without masks are left
 * out.
 */
export async function sharesOf(
  chosen: SalientParams,
  context: ViewContext,
  size: readonly [number, number],
  mode: SalientMode,
): Promise<Shares> {
  const shares: Shares = new Map([[0, { share: 0, masks: 0 }]])
  const { workspace, source } = context
  const path = madeFileOf(workspace, sourceDigest(workspace.db, chosen, source.datasetId, size))
  if (!existsSync(path)) return shares
  const sums = await sumsOf(path, context)
  for (const level of levelsOf(chosen)) {
    const sum = sums.get(level.level)
    if (level.mode === mode && sum)
      shares.set(level.percent, { share: sum.share / sum.masks, masks: sum.masks })
  }
  return shares
}

/** Sums over a file of masks for the images of a study. Computed again when the file or the images change. */
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
