import { resolve } from 'node:path'
import type { StudyKind } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Client } from './client.ts'
import { namedDataset, namedModel } from './named.ts'
import { optionsAsParams, paramSchemas, parseParams, type ParamSchema } from './params.ts'
import type { CliSession } from './session.ts'

interface ParamFlags {
  preset?: string
  /** Values of --param. */
  param?: string[]
  /** Words that are not options of the program: the study's own parameters. */
  rest: readonly string[]
  /** A draws file to replay. */
  draws?: string
}

/**
 * Parameters of a study from the command line: those of the preset, then those given by name, then the draws. Models
 * and datasets among them may be given as title or path; new ones are added.
 * @throws USAGE where the preset is unknown, STUDY_PARAMS where a parameter is invalid
 */
export async function studyParams(
  client: Client,
  kind: StudyKind,
  given: ParamFlags,
  session: CliSession,
): Promise<Record<string, unknown>> {
  const schemas = paramSchemas(kind.params)
  const preset = presetOf(kind, given.preset)
  const texts: string[] = []
  for (const text of [...(given.param ?? []), ...optionsAsParams(given.rest, schemas)])
    texts.push(await resolved(text, schemas, client, session))
  const draws =
    given.draws === undefined
      ? {}
      : { draws: (await client.studies.importDraws({ path: resolve(session.io.cwd, given.draws) })).digest }
  return { ...preset, ...parseParams(texts, schemas), ...draws }
}

function presetOf(kind: StudyKind, id: string | undefined): Record<string, unknown> {
  if (id === undefined) return {}
  const found = kind.presets.find((preset) => preset.id === id)
  if (found) return found.params
  throw new KernelscopeError('USAGE', `unknown preset: ${id}`, {
    hint: `There are ${kind.presets.map((preset) => preset.id).join(', ')}.`,
  })
}

/** Replaces names of models, datasets and folders by the id or path that the engine needs. */
async function resolved(
  text: string,
  schemas: Map<string, ParamSchema>,
  client: Client,
  session: CliSession,
): Promise<string> {
  const [name = '', ...rest] = text.split('=')
  const value = rest.join('=').trim()
  if (value === '' || value === 'none' || value === 'null') return text
  switch (schemas.get(name.trim())?.format) {
    case 'model':
      return `${name}=${(await namedModel(client, value, session)).id}`
    case 'dataset':
      return `${name}=${(await namedDataset(client, value, session, {})).id}`
    case 'folder':
      return `${name}=${resolve(session.io.cwd, value)}`
    default:
      return text
  }
}
