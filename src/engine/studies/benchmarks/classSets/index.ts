import { z } from 'zod'
import type { Dataset } from '#shared/contract/index.ts'
import { classSets, wholeSet, type ClassSet } from '#shared/classSets.ts'
import type { Condition } from '../../../facts/index.ts'
import { defineStudy, type StudyDefinition, unchanged } from '../../definition/index.ts'
import { accuracyMetric } from '../../summary/metrics.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { perClassTable } from '../../summary/classes.ts'
import { worstTable } from '../../summary/worst.ts'
import { findValidation, validationParam } from '../shared/validation.ts'
import { accuracyFigure } from './figure.ts'
import { ordinaryKey } from './keys.ts'
import { accuracyTable } from './table.ts'

const params = z.object({ validation: validationParam })

/** Versions of a set that a dataset holds, with their titles; the set itself where it has no versions. */
function versionsOf(set: ClassSet, { parts }: Dataset): { id: string; title: string }[] {
  const titles = new Map(Array.isArray(set.parts) ? set.parts.map(({ id, title }) => [id, title]) : [])
  const versions = parts.map(({ name }) => ({ id: name, title: titles.get(name) ?? name }))
  return versions.length > 0 ? versions : [{ id: wholeSet, title: set.title }]
}

/** Declares the study of a set in class folders: top-1 and top-5 over all classes, beside ordinary images of the same classes. */
function classSetStudy(set: ClassSet): StudyDefinition {
  const { id, title } = set
  return defineStudy({
    id,
    title,
    section: 'extra',
    description: `${set.description} Top-1 and top-5 over all classes, beside ordinary images of the same classes.`,
    params,
    presets: [
      {
        id: 'default',
        title: 'All images',
        description: 'Every image once, and the ordinary images.',
        params: {},
      },
    ],
    definitions: [
      {
        name: 'top-1',
        formula:
          'share of images whose largest output, of all, is the true class; ties go to the lowest index',
        source: set.source,
      },
      {
        name: 'mean of classes',
        formula: 'mean of the accuracies of the classes that have images',
      },
      {
        name: 'gap',
        formula:
          'top-1 on ordinary images of the same classes minus top-1 on the set; interval as of independent shares',
        source: 'Newcombe 1998, Stat. Med. 17, 873, method 10',
      },
    ],
    ranked: true,
    docs: 'benchmarks/class-sets.md',
    suite: { recognised: [set.id] },
    settle: (chosen, context) => ({
      ...chosen,
      validation: findValidation(context, chosen.validation, namesOf(context.dataset)),
    }),
    otherDatasets: ({ validation }) => (validation === null ? [] : [validation]),
    conditions({ validation }, _, { dataset }): Condition[] {
      const versions = versionsOf(set, dataset).map(({ id: key, title: name }) => ({
        key,
        params: { version: key },
        title: name,
        transform: unchanged,
        ...(key === wholeSet ? {} : { images: { part: key } }),
      }))
      if (validation === null) return versions
      const classes = namesOf(dataset)
      return [
        ...versions,
        {
          key: ordinaryKey,
          params: { version: ordinaryKey },
          title: 'ordinary images',
          transform: unchanged,
          images: { datasetId: validation, classes },
        },
      ]
    },
    async view(grid, { validation }, { workspace: { db } }) {
      const versions = [...new Map(grid.cells.map((cell) => [cell.key, cell.title]))]
        .filter(([key]) => key !== ordinaryKey)
        .map(([key, name]) => ({ key, name }))
      const keys = versions.map(({ key }) => key)
      return {
        tables: [
          accuracyTable(grid, title, versions),
          perClassTable({ ...grid, cells: grid.cells.filter(({ key }) => key === keys[0]) }),
          await worstTable(db, {
            title: 'Wrong with most confidence',
            models: grid.models,
            keys,
            which: 'wrong',
          }),
        ],
        figures: [accuracyFigure(grid, set, versions)],
        reported: [],
        metrics: versions.flatMap(({ key, name }) =>
          grid.models.flatMap((model) => {
            const cell = cellOf(grid, model.id, key)
            const of = key === wholeSet ? '' : ` ${name}`
            return cell ? [accuracyMetric(grid, cell, `${id}.${key}`, `${title}${of}, top-1`)] : []
          }),
        ),
        notes: [
          'Argmax over all outputs; no class is left out.',
          validation === null
            ? 'No ordinary images of the same classes in the workspace, so no gap.'
            : 'Gap: top-1 on ordinary images of the same classes minus top-1 on the set.',
        ],
      }
    },
  })
}

const namesOf = ({ classes }: Dataset): string[] => classes.map(({ name }) => name)

/** A study for each set of `shared/classSets.ts`. */
export const classSetStudies: readonly StudyDefinition[] = classSets.map(classSetStudy)
