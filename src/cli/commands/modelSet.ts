import { InvalidArgumentError, type Command } from 'commander'
import type { Model, PreprocessingTrial } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Client } from '../client.ts'
import { followJob } from '../follow.ts'
import { checkUnlisted, findNamed, namedDataset } from '../named.ts'
import {
  addPreprocessingOptions,
  changedPreprocessing,
  type PreprocessingFlags,
} from '../preprocessingFlags.ts'
import { modelText, sidecarHint, trialTable } from '../preprocessingText.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface SetFlags extends GlobalOptions, PreprocessingFlags {
  fromSidecar?: boolean
  keep?: boolean
  try?: string
  images: number
  seed: number
  take?: number | true
}

function whole(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text)) return value
  throw new InvalidArgumentError('Give a whole number.')
}

/** Adds `model show`, `model set` and `model remove`. */
export function addModelSetCommands(model: Command, session: CliSession): void {
  model
    .command('show')
    .description('a model, its preprocessing and where that is from, and its last trial')
    .argument('<model>', 'id, title or path')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await session.openWorkspace(options)
      const [found] = await knownModels(client, [name], session)
      if (!found) return
      const { id } = found
      const trial = await client.models.trial({ id })
      const sidecar = await client.models.sidecar({ id })
      session.print(
        options,
        { model: found, trial, sidecar },
        () =>
          `${modelText(found)}${sidecarHint(found, sidecar)}${trial ? `\n${trialTable(found, trial)}` : ''}`,
      )
    })

  addPreprocessingOptions(
    model
      .command('set')
      .description('sets the preprocessing of models, or tries candidates on labelled images')
      .argument('<models...>', 'ids, titles or paths'),
  )
    .option('--from-sidecar', 'take preprocessing and labels from the JSON file beside each model')
    .option('--keep', 'keep what is stored, whatever the file beside the model says, until it changes again')
    .option('--try <dataset>', 'try candidates on labelled images of a dataset')
    .option('--images <n>', 'most images of a trial, balanced over classes', whole, 200)
    .option('--seed <n>', 'of the images of a trial', whole, 0)
    .option(
      '--take [place]',
      'take a candidate of the trial; the first, which is the best, without a number',
      whole,
    )
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<SetFlags>()
      const client = await session.openWorkspace(options)
      const models = await knownModels(client, names, session)
      if (options.try !== undefined) await tryCandidates(client, models, options, session)
      const done: { model: Model; trial: PreprocessingTrial | null; studies: string[] }[] = []
      for (const row of models) {
        const changed = await setOne(client, row, options)
        if (!changed && options.try === undefined)
          throw new KernelscopeError('USAGE', 'nothing to set', {
            hint: 'Give --preset, --mean, --std, --resize, --crop, --interpolation, --from-sidecar, --try or --take.',
          })
        const trial = options.try === undefined ? null : await client.models.trial({ id: row.id })
        const { studies } = await client.models.uses({ id: row.id })
        const titles = changed ? studies.map(({ id, title }) => `${title} (${id})`) : []
        done.push({ model: changed ?? row, trial, studies: titles })
      }
      session.print(options, { models: done }, () =>
        done
          .map(({ model: row, trial, studies }) =>
            [
              ...(trial ? [trialTable(row, trial)] : []),
              modelText(row),
              ...(studies.length > 0
                ? [`Measured anew when run again: ${studies.join(', ')}. Stored predictions stay.\n`]
                : []),
            ].join('\n'),
          )
          .join('\n'),
      )
    })

  model
    .command('remove')
    .description('removes models from the workspace; says first what that takes along')
    .argument('<models...>', 'ids, titles or paths')
    .option('--yes', 'remove them')
    .action(async (names: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { yes?: boolean }>()
      const client = await session.openWorkspace(options)
      const models = await knownModels(client, names, session)
      const uses = await Promise.all(models.map(({ id }) => client.models.uses({ id })))
      const removed = options.yes ?? false
      if (removed) for (const { id } of models) await client.models.remove({ id })
      const rows = models.map(({ id, title }, at) => ({ id, title, studies: uses[at]?.studies ?? [] }))
      session.print(options, { removed, models: rows }, () =>
        [
          ...rows.map(({ title, studies }) => {
            const named = studies.map((study) => study.title).join(', ')
            const count = studies.length === 1 ? '1 study' : `${studies.length} studies`
            const from = studies.length === 0 ? 'in no study' : `leaves ${count}: ${named}`
            return `${title}: ${from}`
          }),
          'Title, note, labels and preprocessing go with a model. Its file and its stored predictions stay.',
          removed ? 'Removed.' : 'Nothing was removed. Repeat with --yes.',
          '',
        ].join('\n'),
      )
    })
}

/** Models of the workspace by id, title or path. Unlike in other commands, files are not added. */
async function knownModels(client: Client, names: readonly string[], { io }: CliSession): Promise<Model[]> {
  const rows = await client.models.list()
  const models: Model[] = []
  for (const name of names) {
    const found = findNamed(rows, name, io.cwd)
    if (!found) {
      await checkUnlisted(name, client.models.get)
      throw new KernelscopeError('MODEL_NOT_FOUND', `there is no model ${name}`)
    }
    models.push(found)
  }
  return models
}

async function tryCandidates(
  client: Client,
  models: readonly Model[],
  options: SetFlags,
  session: CliSession,
): Promise<void> {
  const { id: datasetId } = await namedDataset(client, options.try ?? '', session, options)
  const { images, seed, quiet = false } = options
  const ids = models.map(({ id }) => id)
  const { jobs } = await client.models.try({ ids, datasetId, images, seed })
  for (const { jobId } of jobs) await followJob(client, jobId, session.io, quiet)
}

/** Sets what the options say; null where they say nothing. */
async function setOne(client: Client, model: Model, options: SetFlags): Promise<Model | null> {
  const { id } = model
  if (options.take !== undefined)
    return client.models.take({ id, place: options.take === true ? 0 : options.take - 1 })
  if (options.fromSidecar || options.keep)
    return client.models.useSidecar({ id, keep: options.keep ?? false })
  const preset = options.preset === undefined ? null : await presetFor(client, id, options.preset)
  const preprocessing = changedPreprocessing(model.preprocessing, preset, options)
  return preprocessing ? client.models.update({ id, preprocessing }) : null
}

/**
 * The preprocessing of a preset at the input size of a model.
 *
 * @throws USAGE where there is none of that id
 */
export async function presetFor(client: Client, modelId: number, id: string) {
  const presets = await client.models.presets({ modelId })
  // Presets of other input sizes are named too, so that the error tells of the size and not of the name.
  const found =
    presets.find((preset) => preset.id === id) ?? (await client.models.presets()).find((one) => one.id === id)
  if (found) return found.preprocessing
  throw new KernelscopeError('USAGE', `unknown preset: ${id}`, {
    hint: `There are ${presets.map((preset) => preset.id).join(', ')}.`,
  })
}
