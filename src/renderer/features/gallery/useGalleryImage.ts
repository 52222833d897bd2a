import { computed, shallowRef, watch } from 'vue'
import { useRoute } from 'vue-router'
import { useChoosingPaths } from '../../lib/useChoosingPaths.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { useQueryText } from '../../lib/useQuery.ts'
import { useResource } from '../../lib/useResource.ts'
import { useRewrite } from '../../lib/useRewrite.ts'
import { usualDataset } from '../../lib/usualDataset.ts'
import { engine } from '../../lib/engine/index.ts'
import { useDatasetsStore } from '../../lib/stores/collections.ts'
import type { GalleryFile } from '#shared/contract/index.ts'

/** The picture that the gallery shows: an image of a dataset (`image` in the address) or an opened file (`file`). */
export function useGalleryImage() {
  const { openFiles } = useChoosingPaths()
  const route = useRoute()
  const rewrite = useRewrite()
  const datasets = useDatasetsStore()
  const { attempt, report } = useProblems()
  const imageId = useQueryText('image')
  const fileKey = useQueryText('file')
  const file = shallowRef<GalleryFile | null>(null)

  const { data: found, error } = useResource(
    async (signal) =>
      /^\d+$/.test(imageId.value) ? engine.datasets.image({ id: Number(imageId.value) }, { signal }) : null,
    { on: [imageId], fresh: true },
  )
  watch(error, (problem) => problem && problem.code !== 'IMAGE_NOT_FOUND' && report(problem))
  const row = computed(() => found.value?.image ?? null)
  const around = computed(() => ({
    previous: found.value?.previous ?? null,
    next: found.value?.next ?? null,
  }))
  const missing = computed(() => error.value?.code === 'IMAGE_NOT_FOUND' && found.value === null)

  const chosen = computed<number | string | null>(() =>
    fileKey.value !== '' ? fileKey.value : /^\d+$/.test(imageId.value) ? Number(imageId.value) : null,
  )
  const name = computed(() =>
    fileKey.value === ''
      ? (row.value?.name ?? '')
      : file.value?.key === fileKey.value
        ? file.value.name
        : 'A file opened before',
  )
  const datasetId = computed(() => (fileKey.value === '' ? (row.value?.datasetId ?? 0) : 0))

  let firsts = 0
  const choose = (query: Record<string, string | undefined>) =>
    rewrite.to({ ...route.query, image: undefined, file: undefined, ...query })

  /** Opens the first image of a dataset, unless another picture was chosen before the answer came. */
  async function first(datasetId: number): Promise<void> {
    const before = chosen.value
    const own = ++firsts
    const page = await attempt(() =>
      engine.datasets.images({ datasetId, filter: { readable: true }, limit: 1 }),
    )
    const image = page?.rows[0]
    if (image && own === firsts && chosen.value === before) await choose({ image: String(image.id) })
  }

  async function openFile(path: string | undefined): Promise<void> {
    if (path === undefined) return
    const opened = await attempt(() => engine.gallery.file({ path }))
    if (!opened) return
    file.value = opened
    await choose({ file: opened.key })
  }

  // Without a choice, the first picture is shown.
  watch(
    [() => datasets.rows, chosen],
    ([rows, now]) => {
      const dataset = usualDataset(rows)
      if (now === null && dataset) void first(dataset.id)
    },
    { immediate: true },
  )

  return {
    chosen,
    name,
    datasetId,
    around,
    missing,
    first,
    openFile,
    chooseFile: async () => openFile((await openFiles('image'))[0]),
    go: (id: number | null) => (id === null ? undefined : choose({ image: String(id) })),
  }
}
