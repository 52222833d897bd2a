import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useWorkspaceStore } from '../../../lib/stores/workspace.ts'

/** A row of the workspace, or a file that a person dropped or chose. */
export type ChosenImage = { id: number } | { path: string }

/** The image that maps are made for. It stays the same across tabs and models, so that models can be compared on it. */
export const useChosenImageStore = defineStore('chosenImage', () => {
  const image = shallowRef<ChosenImage | null>(null)
  const datasetId = shallowRef<number | null>(null)
  /** The dataset whose first image is being looked up. */
  const looking = shallowRef<number | null>(null)
  const imageId = computed(() => (image.value && 'id' in image.value ? image.value.id : null))
  const workspace = useWorkspaceStore()
  watch(
    () => workspace.path,
    () => {
      image.value = null
      datasetId.value = null
      looking.value = null
    },
  )
  return { image, datasetId, looking, imageId }
})
