import { availableParallelism } from 'node:os'
import type { Question, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import { getModel, listModels, type StoredModel } from '../../models/index.ts'
import { studyCost } from '../cost/cost.ts'
import type { QuestionModels, StudyQuestion } from '../definition/index.ts'
import { studyDefinition, studyDefinitions } from '../registry.ts'
import { settledStudy } from '../store/settled.ts'
import { findStudy } from '../store/store.ts'
import { planSuite } from '../suite/suite.ts'
import type { Db, WorkspaceFiles } from '../../workspace/index.ts'
import { speeds, type Speed } from './speed.ts'
import { nextTurn } from '../../base/nextTurn.ts'

/** Collects the models of a workspace that questions may use. */
export function questionModels(db: Db): QuestionModels {
  const usable = listModels(db).filter(({ problem }) => problem === null)
  const classifiers = usable.filter(({ role }) => role === 'classifier')
  const kernel = ({ largestKernel }: StoredModel) => largestKernel ?? 0
  const large = classifiers.filter((model) => kernel(model) > 0).sort((a, b) => kernel(b) - kernel(a))
  const saliency =
    usable.find(({ role }) => role === 'saliency') ?? usable.find(({ family }) => family === 'ViT')
  return { classifiers, large, saliency: saliency ?? null }
}

/** A question with the kind of study that answers it. */
export interface QuestionPlan extends StudyQuestion {
  kind: string
  group: Question['group']
}

/** Experiments in the order of their sections, those beyond the paper behind them, then the benchmarks. */
const orderOf = ({ group, section }: QuestionPlan): number =>
  group === 'experiment' ? Number(section) || 4.99 : 5

/** The questions of all studies: experiments in the order of the paper's sections, then benchmarks. */
export const questionPlans: readonly QuestionPlan[] = studyDefinitions
  .flatMap(({ id: kind, suite, questions = [] }) =>
    questions.map((question): QuestionPlan => ({
      ...question,
      kind,
      // Clean accuracy has a place in the suite, and a question of section 4.
      group: suite && !question.section.startsWith('4') ? 'benchmark' : 'experiment',
    })),
  )
  .sort((a, b) => orderOf(a) - orderOf(b))

/** Plans all questions, each as a study of at most about `seconds`. */
export async function allQuestions(workspace: WorkspaceFiles, seconds: number): Promise<Question[]> {
  const asked = questionModels(workspace.db)
  const planned: Question[] = []
  for (const plan of questionPlans) planned.push(await planQuestion(workspace, asked, plan, seconds))
  return planned
}

/**
 * Plans a question as a study of this workspace that takes at most about `budget` seconds. Shorter time means
 * fewer images of each class, and, once that is one, fewer models.
 */
export async function planQuestion(
  workspace: WorkspaceFiles,
  asked: QuestionModels,
  plan: QuestionPlan,
  budget: number,
): Promise<Question> {
  const { id, group, section, title, asks, look } = plan
  const words = { id, group, section, title, asks, look }
  try {
    const { input, estimate } = await fit(workspace, asked, plan, budget)
    return {
      ...words,
      input,
      problem: null,
      dataset: input.datasetId === null ? '' : getDataset(workspace.db, input.datasetId).title,
      models: input.modelIds.map((modelId) => getModel(workspace.db, modelId).title),
      ...estimate,
      studyId: findStudy(workspace.db, await settledStudy(workspace.db, input))?.id ?? null,
    }
  } catch (error) {
    if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
    const nothing = {
      input: null,
      dataset: '',
      models: [],
      images: 0,
      seconds: 0,
      measured: true,
      studyId: null,
    }
    return { ...words, ...nothing, problem: toErrorShape(error) }
  }
}

type Estimate = Pick<Question, 'images' | 'seconds' | 'measured'>

async function fit(workspace: WorkspaceFiles, asked: QuestionModels, plan: QuestionPlan, budget: number) {
  const models = (plan.models?.(asked) ?? asked.classifiers).map((model) => model.id)
  if (models.length === 0)
    throw new KernelscopeError('MODEL_NOT_FOUND', 'the workspace has no model for this question', {
      hint: plan.models ? 'Add a model with depthwise kernels.' : 'Add a classifier.',
    })
  for (let count = models.length; ; count--) {
    const whole = await inputFor(workspace, asked, plan, models.slice(0, count))
    if (whole.datasetId === null)
      return { input: whole, estimate: { images: 0, seconds: 0, measured: true } satisfies Estimate }
    const fast = speeds(workspace.db, whole.datasetId, listModels(workspace.db))
    // A question that was asked before keeps its size, however fast the models turned out to be.
    const before = findStudy(workspace.db, await settledStudy(workspace.db, whole), null, 'any')
    if (before) {
      const input = { ...whole, sample: before.sample }
      return { input, estimate: await estimateOf(workspace, plan, input, fast) }
    }
    const all = await estimateOf(workspace, plan, whole, fast)
    if (plan.images !== undefined || all.seconds <= budget || all.seconds === 0)
      return { input: whole, estimate: all }
    const { classes, parts } = getDataset(workspace.db, whole.datasetId)
    const most = Math.max(1, ...classes.map(({ images }) => images / Math.max(1, parts.length)))
    const perClass = Math.max(1, Math.floor((most * budget) / all.seconds))
    const input = { ...whole, sample: { perClass, seed: 0 } }
    const estimate = await estimateOf(workspace, plan, input, fast)
    if (estimate.seconds <= 1.2 * budget || count === 1) return { input, estimate }
  }
}

/** The input of the study on all images of the dataset that fits it best. */
async function inputFor(
  workspace: WorkspaceFiles,
  asked: QuestionModels,
  plan: QuestionPlan,
  modelIds: number[],
): Promise<StudyInput> {
  const { kind: own, title } = plan
  if (studyDefinition(own).fromWeights)
    return { kind: own, title, params: plan.params?.(asked) ?? {}, modelIds, datasetId: null, sample: null }
  // An experiment uses the dataset that clean accuracy would use.
  const kind = plan.group === 'benchmark' ? plan.kind : 'clean-accuracy'
  const suite = await planSuite(workspace, { modelIds, kinds: [kind], preset: 'full', sample: null })
  const [entry] = suite.entries
  const [missing] = suite.missing
  if (!entry)
    throw new KernelscopeError(missing?.problem.code ?? 'DATASET_NOT_FOUND', missing?.problem.message ?? '', {
      hint: missing?.problem.hint ?? '',
    })
  const params = { ...(plan.group === 'benchmark' ? entry.input.params : {}), ...plan.params?.(asked) }
  return {
    kind: plan.kind,
    title: plan.title,
    params,
    modelIds,
    datasetId: entry.input.datasetId,
    sample: null,
  }
}

async function estimateOf(
  workspace: WorkspaceFiles,
  { transformSeconds = 0, images }: QuestionPlan,
  input: StudyInput,
  fast: ReadonlyMap<number, Speed>,
): Promise<Estimate> {
  const making = transformSeconds / Math.max(1, availableParallelism() - 1)
  const estimate: Estimate = { images: 0, seconds: 0, measured: true }
  const cost = await studyCost(workspace, input)
  estimate.images = images ?? cost.images
  estimate.seconds = making * (cost.answers - cost.cached)
  for (const { modelId, forwards } of cost.work) {
    const { seconds, measured } = fast.get(modelId) ?? { seconds: 0, measured: false }
    estimate.seconds += forwards * seconds
    estimate.measured &&= measured
  }
  // Counting facts takes long in a large workspace: other work goes on in between.
  await nextTurn()
  return estimate
}
