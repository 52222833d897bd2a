import { computed, type ComputedRef } from 'vue'
import { changeTitle } from '#shared/changedModel.ts'
import type { FactOf } from '#shared/contract/index.ts'
import { useResource } from '../../../lib/useResource.ts'
import { engine } from '../../../lib/engine/index.ts'
import { useModelsStore } from '../../../lib/stores/collections.ts'

/** Number of models that are shown where the address names none. */
const atFirst = 2

/**
 * The shown facts (those of the address, else of the first models), the available conditions and changed models, and
 * their titles.
 */
export function useShownFacts(datasetId: () => number, chosen: ComputedRef<FactOf[] | null>) {
  const models = useModelsStore()
  const { data: conditions, reload } = useResource(
    (signal) => engine.datasets.conditions({ datasetId: datasetId() }, { signal }),
    { on: [datasetId] },
  )
  const { data: changes, reload: reloadChanges } = useResource(
    (signal) => engine.datasets.changedModels({ datasetId: datasetId() }, { signal }),
    { on: [datasetId] },
  )
  const shownFacts = computed<FactOf[]>(
    () =>
      chosen.value?.filter(({ modelId }) => models.byId.has(modelId)) ??
      models.rows
        .filter((model) => model.role === 'classifier')
        .slice(0, atFirst)
        .map(({ id }) => ({ modelId: id })),
  )
  const conditionTitle = (id: number) =>
    conditions.value?.find((c) => c.conditionId === id)?.title ?? `condition ${id}`
  const titleOf = ({ modelId, changed, conditionId }: FactOf) => {
    const model = models.title(modelId)
    const title = changed === undefined ? model : `${model} ${changeTitle(changed)}`
    return conditionId === undefined ? title : `${title}, ${conditionTitle(conditionId)}`
  }
  const reloadConditions = () => Promise.all([reload(), reloadChanges()])
  return { shownFacts, conditions, changes, conditionTitle, titleOf, reloadConditions }
}
