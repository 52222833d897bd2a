import type { LabelChoice } from '#shared/contract/index.ts'
import { engine } from '../../../lib/engine/index.ts'
import { plural } from '../../../lib/format.ts'
import { useDatasetsStore, useModelsStore } from '../../../lib/stores/collections.ts'
import { useModelLabelsStore } from '../../../lib/stores/modelLabels.ts'
import { useResource } from '../../../lib/useResource.ts'
import { useProblems } from '../../../ui/useProblems.ts'

/** How the labels of models fit the datasets. Counted again when models, datasets or labels change. */
export function useLabelMatches(modelIds: () => readonly number[]) {
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const names = useModelLabelsStore()
  return useResource(
    (signal) => {
      const ids = modelIds()
      return ids.length === 0
        ? Promise.resolve([])
        : engine.models.labelMatches({ modelIds: [...ids] }, { signal })
    },
    {
      on: [
        () => names.keysOf(modelIds()),
        () =>
          modelIds()
            .map((id) => models.byId.get(id)?.labelSet)
            .join(),
        () => datasets.rows.map(({ id, state, classes }) => `${id} ${state} ${classes.length}`).join(),
      ],
    },
  )
}

/** Sets the labels of models, and offers to take that back. */
export function useLabelChange() {
  const models = useModelsStore()
  const names = useModelLabelsStore()
  const { attempt, inform } = useProblems()

  async function write(modelIds: readonly number[], labels: LabelChoice): Promise<void> {
    await engine.models.setLabels({ modelIds: [...modelIds], labels })
    modelIds.forEach(names.changed)
    await models.load()
  }

  /** Returns whether the labels were set. */
  async function set(modelIds: readonly number[], labels: LabelChoice): Promise<boolean> {
    const done = await attempt(async () => {
      const before = await Promise.all(
        modelIds.map(async (id) => ({ id, ...(await engine.models.labels({ id })) })),
      )
      await write(modelIds, labels)
      return before
    })
    if (!done) return false
    const undo = () =>
      attempt(async () => {
        for (const { id, labels: list, set: name, source } of done)
          await write([id], { kind: 'names', names: list, set: name, source })
      })
    inform(
      `Labels of ${plural(modelIds.length, 'model')} set`,
      'Studies of these models predict again where the labels changed.',
      [{ label: 'Undo', onClick: () => void undo() }],
    )
    return true
  }
  return { set }
}
