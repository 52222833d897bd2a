import { withClassNames } from '#shared/classNames.ts'
import {
  testedConditions,
  type Dataset,
  type StudyProgress,
  type StudyResult,
} from '#shared/contract/index.ts'
import { matchSentence } from '#shared/labelWords.ts'
import { assumedNote, geometryText, markedTitle, originText } from '#shared/preprocessing.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { isTried, studyState } from '#shared/studyState.ts'
import { stopReasonText } from '#shared/stopWords.ts'
import { thousands } from '#shared/thousands.ts'
import { getDataset } from '../../datasets/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { getModel, matchLabels, type StoredModel } from '../../models/index.ts'
import { chosenText, looksUpGroups, otherImagesNotes, paperNotes } from './datasetNotes.ts'
import { readFailures } from './failures.ts'
import { imagesNote, pointsNote, sequenceNotes, unjudgedOf, unknownNote } from './imagesNote.ts'
import { confirmed, modelFor, sequencesOf } from '../sequences/index.ts'
import { readGrid } from '../summary/grid.ts'
import { labelNotes } from '../store/labels.ts'
import { orderSeed, planStudy, type PlannedModel } from '../store/plan.ts'
import { isWhole } from '../store/shown.ts'
import { stoppedOf } from '../store/stopped.ts'
import { outputNotes, precisionNotes } from './precisionNotes.ts'
import { otherSetupNotes } from './otherSetup.ts'
import { packedNotes } from './packedNotes.ts'
import { preprocessingNotes } from './preprocessingNotes.ts'
import { repeatNotes } from './repeats.ts'
import {
  type Condition,
  currentVariants,
  type FindVariant,
  lastProvider,
  settingOf,
  type PlannedCondition,
  storedSum,
} from '../../facts/index.ts'
import { type Grid, type GridModel, wordsOf } from '../definition/index.ts'

/**
 * Reads a study with its grid and its view from stored facts, complete or not. Paired tests are left out
 * where `withTests` is false.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export async function studyView(workspace: WorkspaceFiles, studyId: number, withTests = true) {
  const { db } = workspace
  const plan = planStudy(db, studyId)
  const { study, definition, source, images, models } = plan
  const variants = models.map(({ model }) => currentVariants(db, model))
  const shown = models.map(({ model }) => ({
    ...model,
    title: definition.fromWeights ? model.title : markedTitle(model),
  }))
  const gridModels: GridModel[] = models.map(({ model, conditions, differences }, place) => ({
    id: model.id,
    title: shown[place]?.title ?? model.title,
    classes: model.labels,
    largestKernel: model.largestKernel,
    ownPreprocessing: differences.length === 0,
    conditions,
    variantOf: (stored) =>
      variants[place]?.(stored.condition.rewrite ?? noRewrite, settingOf(stored))?.id ?? null,
  }))
  const sequences = sequencesOf(db, orderSeed(study))
  const words = (condition: Condition) => wordsOf(definition, study.params, condition)
  const grid = await readGrid(db, gridModels, images, withTests, words, withTests ? sequences : null)
  const context = { workspace, models: shown, source }
  const view = await definition.view(grid, study.params, context)
  const answers = storedSum([grid.answers, ...((await definition.stored?.(study.params, context)) ?? [])])
  const stopped = isTried({ answers }) ? null : await confirmed(stoppedOf(study), gridModels, sequences)
  const facts = { answers, ...(stopped ? { stopped } : {}) }
  const state = studyState(facts)
  const stored: StudyProgress = { state, complete: state === 'complete', ...facts }
  return { plan, variants, grid, context, view, stored }
}

/**
 * Reads a study's result from stored facts, complete or not. Measures nothing on images.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export async function studyResult(workspace: WorkspaceFiles, studyId: number): Promise<StudyResult> {
  const { plan, variants, grid, view, stored } = await studyView(workspace, studyId)
  const { db } = workspace
  const { study, definition, images, models } = plan
  const dataset = study.datasetId === null ? null : getDataset(db, study.datasetId)
  const onImages = models.some(({ conditions }) => conditions.length > 0) ? dataset : null
  const whole = grid.answers.measured === grid.answers.of
  const judges = definition.needsLabels !== false
  const note = onImages ? imagesNote(grid, onImages.title, whyStopped(stored, grid.models), judges) : ''
  const unjudged = judges && grid.measured !== null && unjudgedOf(grid) > 0
  const assumed = definition.fromWeights
    ? []
    : [...new Set(models.flatMap(({ model, ownTitle: title }) => assumedNote({ ...model, title }) ?? []))]
  const changed = definition.fromWeights
    ? []
    : [
        ...preprocessingNotes(study, models),
        ...precisionNotes(
          definition,
          study.params,
          models.map(({ model }) => model),
        ),
        ...outputNotes(models.map(({ model }) => model)),
      ]
  const provenance = [
    ...(onImages
      ? [
          `${whole ? '' : 'Planned: '}${thousands(images)} images of ${onImages.title}${chosenText(study)}.`,
          ...otherImagesNotes(db, models, onImages),
        ]
      : dataset
        ? [`Images of ${dataset.title}${chosenText(study)}.`]
        : []),
    ...(onImages && (!whole || unjudged) ? [note, ...sequenceNotes(grid)] : []),
    ...repeatNotes(definition, study),
    ...packedNotes(db, study),
    ...view.notes,
    ...(dataset ? paperNotes(view.reported, dataset, view.notes) : []),
    ...testsNote(grid),
    ...assumed,
    ...changed,
    ...models.map((planned, place) =>
      describe(planned, providerOf(variants[place], planned.conditions) ?? lastProvider(db, planned.model)),
    ),
    ...(onImages
      ? new Set(
          models.flatMap((planned) =>
            looksUpGroups(planned) ? [] : labelsNote(getModel(db, modelIdOf(planned.model.id)), onImages),
          ),
        )
      : []),
    ...(dataset ? labelNotes(plan, dataset, db) : []),
  ]
  const since = !stored.complete && study.job?.state === 'done' ? await otherSetupNotes(workspace, plan) : []
  return {
    studyId,
    ...(since.length > 0 ? { changed: since } : {}),
    axis: definition.axis?.title(study.params) ?? null,
    ...stored,
    conditions: grid.cells,
    tests: grid.tests,
    tables: view.tables.map((table) => withClassNames(table)),
    figures: view.figures.map((figure) => ({
      ...figure,
      notes: [
        ...figure.notes,
        ...(onImages ? [note, ...sequenceNotes(grid)] : []),
        ...(!onImages && dataset ? pointsNote(figure, dataset.title) : []),
        ...(onImages && !whole ? unknownNote(figure) : []),
        ...assumed,
        ...changed,
      ],
    })),
    reported: view.reported,
    failures: readFailures(db, grid.models),
    provenance,
  }
}

/** Why a study was stopped early; null where it was not. */
function whyStopped({ stopped }: StudyProgress, models: readonly GridModel[]): string | null {
  const titleOf = (id: number) => modelFor(models, id)?.title ?? `model ${id}`
  return stopped ? stopReasonText(stopped.rule, stopped.reason, titleOf) : null
}

function testsNote({ tests, models }: Grid): string[] {
  const most = Math.max(0, ...models.map(({ conditions }) => conditions.length))
  return tests.length > 0 && most > testedConditions
    ? [`Paired tests: of the first ${testedConditions} of ${most} conditions only.`]
    : []
}

/** How a model's labels fit the dataset, where a person has not given them and where some classes are missing. */
function labelsNote(model: StoredModel, { classes }: Dataset): string[] {
  const names = classes.filter(({ images }) => images > 0).map(({ name }) => name)
  const match = matchLabels(model, { names, published: false })
  if (names.length === 0 || (match.state === 'known' && match.matched === match.classes)) return []
  return [`${model.title}: ${matchSentence(match)}.`]
}

/**
 * The provider that made a model's predictions: under the first condition that has any, else without any
 * rewrite.
 */
function providerOf(find: FindVariant | undefined, conditions: PlannedCondition[]): string | null {
  for (const stored of conditions) {
    const variant = find?.(stored.condition.rewrite ?? noRewrite, settingOf(stored))
    if (variant) return variant.provider
  }
  return find?.(noRewrite)?.provider ?? null
}

function describe({ model, conditions, change, differences }: PlannedModel, provider: string | null): string {
  const own = model.preprocessing
  const preprocessings = new Set(
    conditions.map(({ condition }) => geometryText(condition.preprocessing ?? own)),
  )
  const geometry = preprocessings.size === 0 ? geometryText(own) : [...preprocessings].join(' and ')
  const runtime =
    provider === null ? 'not measured' : `${provider}, ${model.inspection.precision ?? 'float32'}`
  const from =
    differences.length === 0
      ? originText(model.origin)
      : isWhole(change)
        ? 'chosen for this study'
        : `${originText(model.origin)}; changed for this study`
  return `${model.title}: sha256 ${model.digest.slice(0, 12)}, ${geometry}, mean ${own.mean.join('/')}, std ${own.std.join('/')} (${from}), ${runtime}.`
}
