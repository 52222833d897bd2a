import { computed } from 'vue'
import { useKeysetList } from '../datasets/useKeysetList.ts'
import { engine } from '../engine/index.ts'
import type { CellRef } from './cell.ts'

export type FlipDirection = 'lost' | 'gained' | 'both' | 'mistakes' | 'surest' | 'unsurest'

/**
 * Images of one cell, by place: those whose outcome differs from the study's baseline, or all in order of confidence.
 * `total` is null until known; `compared` are the images the baseline was measured on too.
 */
export function useFlips(studyId: () => number, cell: () => CellRef, direction: () => FlipDirection) {
  const list = useKeysetList(
    () => ({ id: studyId(), modelId: cell().modelId, key: cell().key, direction: direction() }),
    (input, part, signal) => engine.studies.flips({ ...input, ...part }, { signal }),
  )
  const compared = computed(() => list.head.value?.compared ?? null)
  return { ...list, compared }
}
