import { computed, ref, watch, type Ref } from 'vue'
import type { Study } from '#shared/contract/index.ts'
import { useSubsetsStore } from '../../datasets/subsetsStore.ts'

/**
 * The subset that a new study is over; 0 for the whole dataset.
 *
 * @param initial the subset that the address names
 * @param like the study that the new one is based on
 */
export function useDraftSubset(
  datasetId: Readonly<Ref<number>>,
  initial: number,
  like: Readonly<Ref<Study | null>>,
) {
  const subsets = useSubsetsStore()
  const subsetId = ref(initial)
  /** The subset of the study that this one is based on, if it still exists and the dataset is the same; else 0. */
  const likeSubset = computed(() => {
    const known = subsets.byId.get(like.value?.subset?.id ?? 0)
    return known?.datasetId === datasetId.value ? known.id : 0
  })
  watch(datasetId, () => (subsetId.value = likeSubset.value))
  // The list of subsets may load after the study.
  watch(likeSubset, (id) => id && (subsetId.value = id), { immediate: true })
  /** The subset of the study that this one is based on, where it cannot be used any more. */
  const lostSubset = computed(() => {
    const subset = like.value?.subset
    const same = like.value?.datasetId === datasetId.value
    return subset && same && subsets.loaded && likeSubset.value === 0 ? subset : null
  })
  return { subsetId, lostSubset }
}
