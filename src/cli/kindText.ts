import { Help } from 'commander'
import type { StudyKind } from '#shared/contract/index.ts'
import { changeText } from '#shared/preprocessingChange.ts'
import { presetChoices, repeatsText } from '#shared/presetWords.ts'
import { paperSection } from '#shared/paperSection.ts'
import { describeType, valueText } from '#shared/params/describe.ts'
import { effectText, type Naming } from '#shared/params/effect.ts'
import { fieldsOf, type Field } from '#shared/params/fields.ts'
import { flagOf } from './params.ts'

/** Options of `study run` that have the name of a parameter: that parameter is given with --param. */
const taken = ['model', 'draws']

/** Parameters as a command line names them. */
export const asFlags: Naming = {
  param: (key) => (taken.includes(key) ? `--${key}` : flagOf(key)),
  value: (_, value) => valueText(value),
}

/**
 * A kind of study with its parameters and presets, as help for `study run`.
 *
 * @param width columns of the text
 */
export function describeKind(kind: StudyKind, width: number): string {
  const help = new Help()
  help.helpWidth = Math.min(width, 120)
  const fields = fieldsOf(kind.params)
  const params = fields.map((field) => [termOf(field), aboutField(field)] as const)
  const presets = kind.presets.map(
    (preset) =>
      [
        preset.id,
        [
          `${preset.title}. ${preset.description}`,
          repeatsText(preset),
          ...presetChoices(preset).map((choice) => `It takes ${choice}.`),
          presetText(preset.params),
        ]
          .filter(Boolean)
          .join(' '),
      ] as const,
  )
  const termWidth = Math.max(0, ...[...params, ...presets].map(([term]) => term.length))
  const section = (heading: string, items: readonly (readonly [string, string])[], none: string) =>
    items.length === 0
      ? [none, '']
      : [heading, ...items.map(([term, text]) => help.formatItem(term, termWidth, text, help)), '']
  return [
    `${kind.title} (${paperSection(kind.section)})`,
    help.boxWrap(kind.description, help.helpWidth),
    '',
    ...section(`Parameters of ${kind.id}:`, params, 'It has no parameters.'),
    ...section('Presets (--preset):', presets, 'It has no presets.'),
    ...(kind.published
      ? [
          help.boxWrap(
            `--preprocessing published: as the published script, ${changeText(kind.published)}.`,
            help.helpWidth,
          ),
          '',
        ]
      : []),
  ].join('\n')
}

function termOf(field: Field): string {
  const list = field.kind === 'numbers' || field.kind === 'choices' ? ',…' : ''
  const value = `<${nounOf(field)}${list}>`
  if (field.key === 'draws') return '--draws <file>'
  return taken.includes(field.key) ? `--param ${field.key}=${value}` : `${flagOf(field.key)} ${value}`
}

function nounOf({ kind }: Field): string {
  switch (kind) {
    case 'number':
    case 'numbers':
      return 'n'
    case 'enum':
    case 'choices':
      return 'word'
    case 'boolean':
      return 'yes|no'
    case 'pipeline':
      return 'file'
    default:
      return kind
  }
}

function aboutField(field: Field): string {
  const { title, description, unit, key } = field
  const allowed = key === 'draws' ? '' : `${describeType(field)}${unit === '' ? '' : `, in ${unit}`}`
  const initial = field.default === undefined ? '' : `default ${valueText(field.default)}`
  const only = field.effect === null ? '' : `only with ${effectText(field.effect, asFlags)}`
  const more = [allowed, initial, only].filter(Boolean).join('; ')
  const meaning = key === 'draws' ? 'an exported draws file, used instead of new draws' : description
  return `${title}${meaning === '' ? '' : `: ${meaning.charAt(0).toLowerCase()}${meaning.slice(1)}`} (${more})`
}

const presetText = (params: Record<string, unknown>): string =>
  Object.entries(params)
    .map(([key, value]) => `${flagOf(key)} ${valueText(value)}`)
    .join(' ')
