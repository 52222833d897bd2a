import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { StudyKind } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { didYouMean } from '#shared/near.ts'
import { withoutEffect } from '#shared/params/effect.ts'
import { valueText } from '#shared/params/describe.ts'
import { commonStd, inSpace, toSpace } from '#shared/params/space.ts'
import { scaledParams } from '#shared/params/scaled.ts'
import { fieldsOf, type Field, type Params, type Space } from '#shared/params/fields.ts'
import type { Client } from './client.ts'
import { asFlags } from './kindText.ts'
import { namedDataset, namedModel } from './named.ts'
import { flagOf, optionsAsParams, parseParams } from './params.ts'
import type { CliSession } from './session.ts'

interface ParamFlags {
  preset?: string
  /** Values of --param. */
  param?: string[]
  /** Words that are not options of the program: the study's own parameters. */
  rest: readonly string[]
  /** Sides of the models' inputs in pixels. */
  sides?: readonly number[]
  /** Deviations by which the models divide images in [0,1], by model and channel. */
  stds?: readonly (readonly number[])[]
  /** The space in which sizes of a change are given; left out = that of each parameter. */
  space?: Space
  /** The options of the program, to suggest them in place of a mistyped one. */
  known?: readonly string[]
  /** A draws file to replay. */
  draws?: string
}

/**
 * Parameters of a study from the command line: those of the preset, then those given by name, then the draws. Models
 * and datasets among them may be given as title or path; new ones are added.
 * @throws USAGE where the preset is unknown, STUDY_PARAMS where a parameter is invalid or has no effect
 */
export async function studyParams(
  client: Client,
  kind: StudyKind,
  given: ParamFlags,
  session: CliSession,
): Promise<Record<string, unknown>> {
  const fields = fieldsOf(kind.params)
  const preset = presetOf(kind, given.preset)
  const texts: string[] = []
  for (const text of [...(given.param ?? []), ...optionsAsParams(given.rest, fields, given.known)])
    texts.push(await resolved(text, fields, client, session))
  const named = inOwnSpace(parseParams(texts, fields), fields, given, session)
  const draws =
    given.draws === undefined
      ? {}
      : { draws: (await client.studies.importDraws({ path: resolve(session.io.cwd, given.draws) })).digest }
  const scaled = given.preset === undefined ? {} : scaledParams(fields, preset, given.sides ?? [])
  const params = { ...preset, ...scaled, ...named, ...draws }
  for (const [key, value] of Object.entries(scaled))
    if (!(key in named) && value !== (preset[key] ?? fields.find((field) => field.key === key)?.default))
      session.io.err(`${flagOf(key)} ${valueText(value)}: scaled to the models' inputs by the preset\n`)
  refuseIdle(fields, named, params)
  return params
}

/**
 * Converts sizes that were given in a space to the space of their parameters, and says what they became.
 *
 * @throws USAGE where nothing was given that has a space; STUDY_PARAMS where the models have several deviations
 */
function inOwnSpace(
  named: Params,
  fields: readonly Field[],
  { space, stds = [] }: ParamFlags,
  { io }: CliSession,
): Params {
  if (space === undefined) return named
  const sized = fields.filter(({ key, space: own }) => own !== null && key in named)
  if (sized.length === 0)
    throw new KernelscopeError('USAGE', '--space has no effect here', {
      hint: 'It is for sizes of a change, as of --epsilons. Leave it out, or give one.',
    })
  const own = { ...named }
  for (const { key, space: to } of sized) {
    if (to === null || to === space) continue
    const std = commonStd(stds)
    if (std === null)
      throw new KernelscopeError('STUDY_PARAMS', 'the models divide by different deviations', {
        hint: `Give ${flagOf(key)} ${inSpace[to]}, without --space.`,
      })
    const convert = (size: unknown) => (typeof size === 'number' ? toSpace(size, space, to, std) : size)
    const value = named[key]
    own[key] = Array.isArray(value) ? value.map(convert) : convert(value)
    io.err(
      `${flagOf(key)} ${valueText(value)} ${inSpace[space]} is ${valueText(own[key])} ${inSpace[to]}, by the mean deviation ${Number(std.toPrecision(4))}\n`,
    )
  }
  return own
}

/**
 * Refuses a parameter that was given but has no effect beside the others.
 * @throws STUDY_PARAMS
 */
function refuseIdle(fields: readonly Field[], named: Params, params: Params): void {
  for (const field of fields.filter(({ key }) => key in named)) {
    const only = withoutEffect(field, fields, params, asFlags)
    if (only !== null)
      throw new KernelscopeError('STUDY_PARAMS', `${flagOf(field.key)} has no effect here`, {
        hint: `It has one only with ${only}. Leave it out, or choose that.`,
      })
  }
}

/**
 * The text of a file that is given as a parameter.
 *
 * @throws FILE_MISSING where it cannot be read
 */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new KernelscopeError('FILE_MISSING', `cannot read ${path}`, { cause })
  }
}

function presetOf(kind: StudyKind, id: string | undefined): Record<string, unknown> {
  if (id === undefined) return {}
  const found = kind.presets.find((preset) => preset.id === id)
  if (found) return found.params
  throw new KernelscopeError('USAGE', `unknown preset: ${id}`, {
    hint: [
      didYouMean(
        id,
        kind.presets.map((preset) => preset.id),
      ),
      `There are ${kind.presets.map((preset) => preset.id).join(', ')}.`,
    ]
      .filter(Boolean)
      .join(' '),
  })
}

/** Replaces names of models, datasets and folders by the id or path that the engine needs. */
async function resolved(
  text: string,
  fields: readonly Field[],
  client: Client,
  session: CliSession,
): Promise<string> {
  const [name = '', ...rest] = text.split('=')
  const value = rest.join('=').trim()
  if (value === '' || value === 'none' || value === 'null') return text
  switch (fields.find(({ key }) => key === name.trim())?.kind) {
    case 'model':
      return `${name}=${(await namedModel(client, value, session)).id}`
    case 'dataset':
      return `${name}=${(await namedDataset(client, value, session, {})).id}`
    case 'folder':
      return `${name}=${resolve(session.io.cwd, value)}`
    case 'pipeline':
      return value.startsWith('{') ? text : `${name}=${await textOf(resolve(session.io.cwd, value))}`
    default:
      return text
  }
}
