import { z } from 'zod'
import { corruptionSets, type CorruptionSet } from '#shared/corruptionSets.ts'
import type { Condition } from '../../../facts/index.ts'
import { defineStudy, type Metric, type StudyDefinition, unchanged } from '../../definition/index.ts'
import { cleanKey, keyOf } from '../shared/corruptionKeys.ts'
import { findValidation, validationParam } from '../shared/validation.ts'
import { setFigures } from './figures.ts'
import { setScores, severities, type SetScores } from './scores.ts'
import { cellTable, corruptionTable, summaryTable } from './tables.ts'

const params = z.object({ validation: validationParam })

/** Declares the study of a set of corrupted images with corruptions of its own: mean errors, not normalised. */
function corruptionSetStudy(set: CorruptionSet): StudyDefinition {
  const { id, title, corruptions } = set
  return defineStudy({
    id,
    title,
    section: 'extra',
    description: `${set.description} Mean error over all corruptions and severities, from the published files.`,
    params,
    presets: [
      {
        id: 'default',
        title: 'All parts',
        description: 'Every corruption and severity that the dataset has, and the clean images.',
        params: {},
      },
    ],
    definitions: [
      {
        name: 'mean error',
        formula: `mean of 1 - top-1 over the ${corruptions.length} corruptions and five severities, each counting as much; not normalised by another model`,
        source: set.source,
      },
      { name: 'error of a corruption', formula: 'mean of 1 - top-1 over its severities' },
      {
        name: 'interval',
        formula: 'percentile bootstrap over pictures, each with all its versions, fixed seed',
      },
    ],
    ranked: true,
    docs: 'benchmarks/corruption-sets.md',
    suite: { recognised: [set.id] },
    settle: (chosen, context) => ({
      ...chosen,
      validation: findValidation(
        context,
        chosen.validation,
        context.dataset.classes.map(({ name }) => name),
      ),
    }),
    otherDatasets: ({ validation }) => (validation === null ? [] : [validation]),
    axis: {
      title: () => 'Severity',
      of: ({ severity }) => Number(severity),
      label: (x) => `severity ${x}`,
    },
    conditions({ validation }, _, { dataset }): Condition[] {
      const found = new Set(dataset.parts.map(({ name }) => name))
      const clean: Condition = {
        key: cleanKey,
        params: { corruption: 'none', severity: 0 },
        title: 'clean',
        baseline: true,
        transform: unchanged,
      }
      const classes = dataset.classes.map(({ name }) => name)
      return [
        ...(validation === null ? [] : [{ ...clean, images: { datasetId: validation, classes } }]),
        ...corruptions.flatMap((name) =>
          severities
            .filter((severity) => found.has(`${name}/${severity}`))
            .map((severity) => ({
              key: keyOf(name, severity),
              params: { corruption: name, severity },
              title: `${name}, severity ${severity}`,
              way: name,
              transform: unchanged,
              images: { part: `${name}/${severity}` },
            })),
        ),
      ]
    },
    async view(grid, _, { workspace: { db } }) {
      const present = corruptions.filter((name) =>
        grid.cells.some(({ params: of }) => of['corruption'] === name),
      )
      const scores = new Map<number, SetScores>()
      for (const model of grid.models) scores.set(model.id, await setScores(db, grid, model, present))
      const cells = new Set(grid.cells.filter(({ key }) => key !== cleanKey).map(({ key }) => key))
      const whole = cells.size === corruptions.length * severities.length
      return {
        tables: [
          summaryTable(grid, title, scores),
          corruptionTable(grid, present, scores),
          cellTable(grid, present),
        ],
        figures: setFigures(grid, id, title, present, scores),
        reported: [],
        metrics: grid.models.map((model): Metric => {
          const own = scores.get(model.id)
          const shown = whole ? own?.all : null
          return {
            key: `${id}.error`,
            title: `${title}, mean error`,
            unit: 'fraction',
            better: 'lower',
            modelId: model.id,
            value: shown?.value ?? null,
            interval: shown?.interval ?? null,
            n: own?.images ?? 0,
          }
        }),
        notes: [
          `Mean over ${present.length} of ${corruptions.length} corruptions, ${cells.size} of ${corruptions.length * severities.length} parts.`,
          ...(whole ? [] : ['A part of the set: the ranking has no value for it.']),
          'Errors are not normalised: those of AlexNet are of ImageNet-C’s corruptions.',
        ],
      }
    },
  })
}

/** A study for each set of `shared/corruptionSets.ts`. */
export const corruptionSetStudies: readonly StudyDefinition[] = corruptionSets.map(corruptionSetStudy)
