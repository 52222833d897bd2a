import { computed } from 'vue'
import { useResource } from '../../lib/useResource.ts'
import { engine } from '../../lib/engine/index.ts'
import { useStudiesStore } from '../../lib/stores/collections.ts'
import { ofModels } from './distances.ts'

/** Figures of the attention distance studies that measured some of these models, reduced to these models. */
export function useMeasuredDistances(ids: () => number[]) {
  const studies = useStudiesStore()
  const candidates = computed(() =>
    studies.rows.filter(
      ({ kind, modelIds }) => kind === 'attention-distance' && modelIds.some((id) => ids().includes(id)),
    ),
  )
  const { data } = useResource(
    (signal) =>
      Promise.all(
        candidates.value.map(async ({ id, title }) => ({
          id,
          title,
          result: await engine.studies.result({ id }, { signal }),
        })),
      ),
    { on: [() => candidates.value.map(({ id }) => id).join()] },
  )
  return computed(() =>
    (data.value ?? []).flatMap(({ id, title, result }) => {
      const figures = result.figures.flatMap((figure) => ofModels(figure, ids()) ?? [])
      return figures.length > 0 ? [{ id, title, figures, provenance: result.provenance }] : []
    }),
  )
}
