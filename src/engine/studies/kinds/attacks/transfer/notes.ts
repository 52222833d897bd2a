import { modelIdOf } from '#shared/shownModel.ts'
import { getModel, type StoredModel } from '../../../../models/index.ts'
import type { Db } from '../../../../workspace/index.ts'
import type { Grid } from '../../../definition/index.ts'
import type { TransferParams } from './params.ts'
import { surrogateIdFor } from './surrogate.ts'

/** The title of the surrogate whose images a model got, by the id of the model in the study. */
export function titlesOf(
  db: Db,
  chosen: TransferParams,
  models: readonly StoredModel[],
): ReadonlyMap<number, { id: number; title: string }> {
  return new Map(
    models.flatMap((model) => {
      const id = surrogateIdFor(chosen, model)
      return id === null ? [] : [[model.id, { id, title: getModel(db, id).title }] as const]
    }),
  )
}

/** How the images were made and shown, and what the numbers cannot say. */
export function notesOf(
  { models }: Pick<Grid, 'models'>,
  { attack, iterations, seed, surrogates, made, secondResize, epsilons }: TransferParams,
  from: ReturnType<typeof titlesOf>,
): string[] {
  const how = `${iterations} iterations of 1/255, rounded to 8 bit${attack === 'taig-r' ? `, seed ${seed}` : ''}`
  const groups = [...Map.groupBy(models, ({ id }) => from.get(id)?.title ?? 'unknown')]
  return [
    ...groups.map(
      ([title, targets]) =>
        `Images made with ${attack.toUpperCase()} on ${title}, ${how}${surrogates === 'by-family' ? `, for ${targets.map((target) => target.title).join(', ')}` : ''}.`,
    ),
    ...(surrogates === 'by-family' && groups.length > 1
      ? [
          'Models with different surrogates are attacked with different images: their rates are not comparable.',
        ]
      : []),
    ...(made === 'published'
      ? [
          'The images were squashed before the attack, whatever their proportions, as in the published script.',
        ]
      : []),
    secondResize
      ? 'Adversarial images were resized and cropped again for each model, as published.'
      : 'Adversarial images were shown as they are.',
    ...(Math.max(...epsilons) > iterations / 255
      ? [`${iterations} iterations cannot use more than ε = ${(iterations / 255).toFixed(3)}.`]
      : []),
    ...models
      .filter(({ id, ownPreprocessing }) => ownPreprocessing && modelIdOf(id) === from.get(id)?.id)
      .map(({ title }) => `${title} is the surrogate itself: a white-box result.`),
  ]
}
