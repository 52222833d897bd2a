import { computed } from 'vue'
import type { CellRef } from '#shared/cellRef.ts'
import type { CellOrder } from '#shared/contract/index.ts'
import { useKeysetList } from '../../datasets/grid/useKeysetList.ts'
import { engine } from '../../../lib/engine/index.ts'

/** Orders of the images behind a cell. */
export type FlipDirection = Exclude<CellOrder, 'largest' | 'smallest'>

/**
 * Images of one cell or point, by position: those whose outcome differs from the study's baseline, or all in order of
 * confidence or of their values. `total` is null until known; `compared` counts the images that the baseline was
 * measured on too; `point` says what the values are.
 */
export function useFlips(studyId: () => number, cell: () => CellRef, direction: () => CellOrder) {
  const list = useKeysetList(
    () => ({ id: studyId(), modelId: cell().modelId, key: cell().key, direction: direction() }),
    (input, part, signal) => engine.studies.flips({ ...input, ...part }, { signal }),
  )
  const compared = computed(() => list.head.value?.compared ?? null)
  const point = computed(() => list.head.value?.point ?? null)
  return { ...list, compared, point }
}

export type CellImageList = ReturnType<typeof useFlips>
