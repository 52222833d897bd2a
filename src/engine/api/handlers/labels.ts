import { getDataset, listDatasets } from '../../datasets/index.ts'
import { getModel, listModels, matchLabels, targetsOf } from '../../models/index.ts'
import { chosenLabels, classesOf, setLabels } from '../browsing/modelLabels.ts'
import { api } from '../session/implementation.ts'

export const modelLabels = {
  labels: api.models.labels.handler(({ input, context }) => {
    const { labels, labelSet, labelSource } = getModel(context.session.db, input.id)
    return { labels, set: labelSet, source: labelSource }
  }),
  labelMatches: api.models.labelMatches.handler(({ input, context: { session } }) => {
    const { modelIds, datasetIds } = input
    const models = modelIds?.map((id) => getModel(session.db, id)) ?? listModels(session.db)
    const datasets = listDatasets(session.db).filter(
      ({ id, classes }) => classes.length > 0 && (datasetIds?.includes(id) ?? true),
    )
    return models.flatMap((model) =>
      datasets.map((dataset) => ({
        modelId: model.id,
        datasetId: dataset.id,
        ...matchLabels(model, classesOf(dataset)),
      })),
    )
  }),
  labelMapping: api.models.labelMapping.handler(({ input, context: { session } }) => {
    const { labels, labelSet } = getModel(session.db, input.modelId)
    const { names } = classesOf(getDataset(session.db, input.datasetId))
    const targets = targetsOf(names, { set: labelSet, names: labels })
    const outputs = names.map((name) => targets.get(name) ?? -1)
    return { classes: [...names], outputs, labels, set: labelSet }
  }),
  setLabels: api.models.setLabels.handler(async ({ input, context: { session } }) => {
    setLabels(session.db, input.modelIds, await chosenLabels(session.db, input.labels))
    return { modelIds: input.modelIds }
  }),
}
