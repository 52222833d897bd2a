import type { Study } from '#shared/contract/index.ts'
import { changesNothing, changeTitle, preprocessingPrefix } from '#shared/preprocessingChange.ts'
import type { ShownModel } from '../store/shown.ts'

/**
 * Says with which preprocessing a study shows its models, where that is not their own, and for which models
 * that makes no difference. Stands under every figure and table.
 */
export function preprocessingNotes(
  { preprocessings = [] }: Pick<Study, 'preprocessings'>,
  models: readonly ShownModel[],
): string[] {
  const changed = models.filter(({ differences }) => differences.length > 0)
  const byText = Map.groupBy(changed, ({ differences }) =>
    differences.map(({ shown, own }) => `${shown} instead of ${own}`).join(', '),
  )
  const same = preprocessings
    .filter((change) => !changesNothing(change))
    .flatMap((change) => {
      const differing = changed.filter((shown) => shown.change === change).map(({ ownTitle }) => ownTitle)
      const others = new Set(
        models.map(({ ownTitle }) => ownTitle).filter((title) => !differing.includes(title)),
      )
      return others.size > 0
        ? [`${changeTitle(change)} makes no further difference for ${[...others].join(', ')}`]
        : []
    })
  return [
    ...[...byText].map(
      ([text, shown]) => `${shown.map(({ model }) => model.title).join(', ')}: shown with ${text}`,
    ),
    ...same,
  ].map((text) => `${preprocessingPrefix}${text}.`)
}
