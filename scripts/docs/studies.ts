/**
 * Writes docs/studies/<id>.md from the study definitions, so that the docs have the formulas, sources and defaults of the
 * code. Run: node scripts/docs/studies.ts
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { changeText } from '#shared/preprocessingChange.ts'
import { paperSection } from '#shared/paperSection.ts'
import { presetChoices, repeatsText } from '#shared/presetWords.ts'
import { describeType, valueText } from '#shared/params/describe.ts'
import { effectText, type Naming } from '#shared/params/effect.ts'
import { fieldsOf } from '#shared/params/fields.ts'
import { studyDefinitions, type StudyDefinition } from '#engine/studies/index.ts'

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head: string[], rows: string[][]): string[] =>
  rows.length === 0
    ? []
    : [
        `| ${head.join(' | ')} |`,
        `|${' --- |'.repeat(head.length)}`,
        ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
        '',
      ]

/** The page of one study as Markdown. */
export function studyPage({
  id,
  title,
  section,
  description,
  params,
  presets,
  definitions,
  fromWeights,
  published,
}: StudyDefinition): string {
  const fields = fieldsOf(z.toJSONSchema(params, { io: 'input' }))
  const show = (value: unknown) => (value === undefined ? '' : `\`${JSON.stringify(value)}\``)
  const names: Naming = {
    param: (key) => `\`${key}\``,
    value: (_, value) => `\`${valueText(value)}\``,
  }
  const parameters = fields.map((field) => [
    `\`${field.key}\``,
    field.description || field.title,
    describeType(field),
    show(field.default),
    field.unit,
    field.effect ? `only with ${effectText(field.effect, names)}` : 'always',
  ])
  return [
    `# ${title}`,
    '',
    `\`${id}\`, ${paperSection(section)}. Made by \`node scripts/docs/studies.ts\` from the definition in \`src/engine/studies/\`.`,
    '',
    description,
    '',
    ...(existsSync(morePath(id))
      ? [`How it is measured, in full: [benchmarks/${id}.md](../benchmarks/${id}.md).`, '']
      : []),
    '## Definitions',
    '',
    ...table(
      ['name', 'formula', 'source'],
      definitions.map(({ name, formula = '', source = '' }) => [name, formula, source]),
    ),
    ...(parameters.length > 0
      ? [
          '## Parameters',
          '',
          ...table(['parameter', 'meaning', 'values', 'default', 'unit', 'has an effect'], parameters),
        ]
      : []),
    '## Presets',
    '',
    ...table(
      ['preset', 'what it is', 'parameters'],
      presets.map((preset) => [`\`${preset.id}\` ${preset.title}`, preset.description, show(preset.params)]),
    ),
    ...repeated(presets, published),
    ...(published
      ? [
          `As the published script prepares images, for any model: ${changeText(published)} (\`--preprocessing published\`). Without it, each model has its own preprocessing.`,
          '',
        ]
      : []),
    '## Command line',
    '',
    '```',
    `kernelscope -w DIR study run ${id} --model MODEL${fromWeights ? '' : ' --dataset DATASET'}${presets[0] ? ` --preset ${presets[0].id}` : ''}`,
    '```',
    '',
  ].join('\n')
}

/** What presets repeat of the paper, and what they choose besides parameters. */
function repeated(presets: StudyDefinition['presets'], change: StudyDefinition['published']): string[] {
  const items = presets.flatMap((preset) => {
    const offered = {
      ...preset,
      repeats: [...(preset.repeats ?? [])],
      deviates: [...(preset.deviates ?? [])],
      ...(preset.published && change ? { preprocessing: change } : {}),
    }
    const text = repeatsText(offered)
    const choices = presetChoices(offered)
    const all = [...(text === null ? [] : [text]), ...choices.map((choice) => `It takes ${choice}.`)]
    return all.length === 0 ? [] : [`- \`${preset.id}\`: ${all.join(' ')}`]
  })
  return items.length === 0 ? [] : [...items, '']
}

const morePath = (id: string) => join('docs', 'benchmarks', `${id}.md`)

/** Path of a study's page, relative to the repository. */
export const pagePath = (id: string) => join('docs', 'studies', `${id}.md`)

if (import.meta.main) {
  mkdirSync(join('docs', 'studies'), { recursive: true })
  for (const definition of studyDefinitions) writeFileSync(pagePath(definition.id), studyPage(definition))
}
