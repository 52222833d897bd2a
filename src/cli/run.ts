import type {
  Provider,
  Settings,
  StopRule,
  Stopped,
  Study,
  StudyInput,
  StudyKind,
  StudyResult,
} from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { changeText } from '#shared/preprocessingChange.ts'
import { repeatsText } from '#shared/presetWords.ts'
import { studyExit, studyStateText } from '#shared/studyState.ts'
import { stopReasonText } from '#shared/stopWords.ts'
import { fieldsOf, type Field, type Params, type Space } from '#shared/params/fields.ts'
import { inOtherSpace, largestSize } from '#shared/params/space.ts'
import type { Client } from './client.ts'
import { submitStudy } from './commands/cluster.ts'
import { namedSubset } from './commands/subset.ts'
import { followJob } from './follow.ts'
import { formatDuration, formatPairs } from './format.ts'
import { kindNamed, namedDataset, namedModel, shownTitles } from './named.ts'
import { flagOf } from './params.ts'
import { describeResult, resultDocument } from './result.ts'
import { sampleOf, type SampleFlags } from './sample.ts'
import type { CliSession, GlobalOptions } from './session.ts'
import { studyParams } from './studyParams.ts'
import { studyPreprocessing } from './studyPreprocessing.ts'
import { ruleOf } from './until.ts'

export interface RunFlags extends GlobalOptions, SampleFlags {
  model?: string[]
  dataset?: string
  subset?: string
  param?: string[]
  preset?: string
  draws?: string
  space?: Space
  preprocessing?: string[]
  title?: string
  until?: string[]
  cost?: boolean
  store?: boolean
  cluster?: string
  provider?: Provider
  threads?: number
  batch?: number
  /** The options of the program. */
  known?: readonly string[]
}

/**
 * Runs a study and prints its result. The same command again continues the same study: stored facts are not measured
 * again, and a stopped study goes on, to its end unless `until` names another. Returns the exit code, by the state of the
 * study; null where it was not run.
 * @throws USAGE where no model is named, or no dataset of a study that reads images
 */
export async function runStudy(
  session: CliSession,
  kindId: string,
  rest: readonly string[],
  options: RunFlags,
): Promise<number | null> {
  if (!options.model)
    throw new KernelscopeError('USAGE', 'no model is named', { hint: 'Name it with --model FILE.' })
  const client = await session.openWorkspace(options, overrides(options))
  const kind = kindNamed(await client.studies.kinds(), kindId)
  const named = datasetNamed(kind, options, session)
  const modelIds: number[] = []
  const sides: number[] = []
  const stds: number[][] = []
  for (const name of options.model) {
    const { id, preprocessing } = await namedModel(client, name, session)
    if (!modelIds.includes(id)) modelIds.push(id)
    sides.push(...preprocessing.size)
    stds.push(preprocessing.std)
  }
  const params = await studyParams(client, kind, { ...options, rest, sides, stds }, session)
  const preset = kind.presets.find(({ id }) => id === options.preset)
  const dataset = named === null ? null : await namedDataset(client, named, session, options)
  const subsetId =
    options.subset === undefined || !dataset ? null : (await namedSubset(client, dataset, options.subset)).id
  const sample = dataset ? sampleOf(options, preset) : null
  const input = {
    kind: kind.id,
    params,
    modelIds,
    datasetId: dataset?.id ?? null,
    sample,
    subsetId,
    ...(options.preprocessing
      ? { preprocessings: options.preprocessing.map((text) => studyPreprocessing(text, kind)) }
      : preset?.preprocessing
        ? { preprocessings: [preset.preprocessing] }
        : {}),
    ...(options.title === undefined ? {} : { title: options.title }),
  }
  sayPreset(preset, options, session)
  const { warnings } = await client.studies.check(input)
  for (const { message, hint } of warnings) session.io.err(`warning: ${message}. ${hint}\n`)
  if (options.store) {
    const stored = await client.studies.store(input)
    session.print(options, stored, () => `stored as study ${stored.id}: ${stored.title}\n`)
    return null
  }
  const until = options.until && (await ruleOf(options.until, (name) => namedModel(client, name, session)))
  if (options.cost) {
    await printCost(session, client, input, sizesIn(fieldsOf(kind.params), params, stds), options)
    return null
  }
  if (options.cluster === undefined) return measure(session, client, input, until, options)
  if (until) throw new KernelscopeError('USAGE', 'a study on a cluster runs to its end: leave out --until')
  const { id } = await client.studies.store(input)
  return submitStudy(session, client, id, { ...options, profile: options.cluster })
}

/** Says what a preset repeats of the paper, and what it chose that was not given otherwise. */
function sayPreset(
  preset: StudyKind['presets'][number] | undefined,
  { perClass, sample, preprocessing }: RunFlags,
  { io }: CliSession,
): void {
  if (!preset) return
  const text = repeatsText(preset)
  if (text !== null) io.err(`${preset.id}: ${text}\n`)
  if (perClass === undefined && sample === undefined) {
    if (preset.perClass !== undefined) io.err(`--per-class ${preset.perClass}: chosen by the preset\n`)
    if (preset.images !== undefined) io.err(`--sample ${preset.images}: chosen by the preset\n`)
  }
  if (!preprocessing && preset.preprocessing)
    io.err(`--preprocessing published (${changeText(preset.preprocessing)}): chosen by the preset\n`)
}

/** The dataset that is named for a study; null for one that reads no images, which takes none. */
function datasetNamed(
  { id, reads }: StudyKind,
  { dataset, subset, perClass, sample }: RunFlags,
  { io }: CliSession,
): string | null {
  if (reads === 'images') {
    if (dataset !== undefined) return dataset
    throw new KernelscopeError('USAGE', 'no dataset is named', { hint: 'Name it with --dataset DIR.' })
  }
  const images = {
    ...{ '--dataset': dataset, '--subset': subset },
    ...{ '--per-class': perClass, '--sample': sample },
  }
  for (const [name, value] of Object.entries(images))
    if (value !== undefined) io.err(`warning: ${id} reads no images: ${name} has no effect\n`)
  return null
}

async function measure(
  session: CliSession,
  client: Client,
  input: StudyInput,
  until: StopRule | undefined,
  options: RunFlags,
): Promise<number> {
  const started = await startStudy(client, input, until)
  const jobId = started.job?.id
  if (jobId === undefined) throw new KernelscopeError('INTERNAL', `study ${started.id} has no job`)
  const { job, seconds } = await followJob(client, jobId, session.io, options.quiet)
  const { done, cacheHits, failed } = job.progress
  const misses = done - cacheHits - failed
  const imagesPerSecond = misses > 0 && seconds > 0 ? misses / seconds : null
  const study = await client.studies.get({ id: started.id })
  const result = await client.studies.result({ id: study.id })
  const document = {
    ...resultDocument(study, result),
    imagesPerSecond,
    cache: { hits: cacheHits, misses },
    failed,
  }
  session.print(options, document, () => describeResult(study, result))
  if (result.stopped) session.io.err(await stoppedText(client, study, result, result.stopped))
  else if (!result.complete) session.io.err(`warning: the study is ${studyStateText(result)}\n`)
  if (options.json || options.quiet) return studyExit(result)
  const speed = imagesPerSecond === null ? '' : `, ${imagesPerSecond.toFixed(1)} ${job.progress.unit}/s`
  session.io.err(
    `${misses} computed, ${cacheHits} stored before, ${failed} failed, in ${formatDuration(seconds)}${speed}\n`,
  )
  return studyExit(result)
}

/** Says why a study was stopped early, how much of it was not measured, and how it goes on. */
async function stoppedText(
  client: Client,
  study: Study,
  { answers: { measured, failed, of } }: StudyResult,
  { rule, reason }: Stopped,
): Promise<string> {
  const titleOf = await shownTitles(client, study)
  const [left, share] = [of - measured - failed, Math.round((100 * (of - measured - failed)) / of)]
  return `stopped early as asked: ${stopReasonText(rule, reason, titleOf)}; ${left} of ${of} answers were not measured (${share} %). The same command without --until goes on to the end.\n`
}

/** The stored study of this input, which goes on; otherwise a new study. */
export async function startStudy(client: Client, input: StudyInput, until?: StopRule): Promise<Study> {
  const before = await client.studies.find(input)
  const rule = until ? { until } : {}
  return before ? client.studies.rerun({ id: before.id, ...rule }) : client.studies.run({ ...input, ...rule })
}

/** The largest size of a change in the other space, for each deviation of the models. */
const sizesIn = (fields: readonly Field[], params: Params, stds: readonly (readonly number[])[]): string[] =>
  fields.flatMap(({ key, space, default: initial }) => {
    const size = largestSize(params[key] ?? initial)
    return space === null || size === null
      ? []
      : [...new Set(stds.map((std) => `${flagOf(key)}: ${inOtherSpace(size, space, std)}`))]
  })

async function printCost(
  session: CliSession,
  client: Client,
  input: StudyInput,
  sizes: readonly string[],
  options: RunFlags,
): Promise<void> {
  const cost = await client.studies.cost(input)
  session.print(options, cost, () =>
    formatPairs([
      ['images', String(cost.images)],
      ['conditions', String(cost.conditions)],
      ['answers', `${cost.answers}, ${cost.cached} of them stored`],
      [
        'work left',
        `${Math.round(cost.work.reduce((sum, { forwards }) => sum + forwards, 0))} forward passes`,
      ],
      [
        options.until || cost.atMost ? 'time at most' : 'time',
        cost.seconds === null ? 'not known before a first run' : formatDuration(cost.seconds),
      ],
      ...sizes.map((text) => ['size', text] as const),
      ...cost.choices.map((text) => ['choice', text] as const),
      ...cost.warnings.map(({ message }) => ['warning', message] as const),
    ]),
  )
}

function overrides({ provider, threads, batch }: RunFlags): Partial<Settings> {
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(threads === undefined ? {} : { threads }),
    ...(batch === undefined ? {} : { batch }),
  }
}
