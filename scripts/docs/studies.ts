/**
 * Writes docs/studies/<id>.md from the study definitions, so that the docs have the formulas, sources and defaults of the
 * code. Run: node scripts/docs/studies.ts
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { studyDefinitions, type StudyDefinition } from '#engine/studies/index.ts'

const parameter = z.looseObject({
  title: z.string().optional(),
  description: z.string().optional(),
  unit: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  format: z.string().optional(),
})

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
}: StudyDefinition): string {
  const { properties } = z
    .looseObject({ properties: z.record(z.string(), parameter) })
    .parse(z.toJSONSchema(params, { io: 'input' }))
  const show = (value: unknown) => (value === undefined ? '' : `\`${JSON.stringify(value)}\``)
  const asked = Object.entries(properties).filter(([, { format }]) => format !== 'settled')
  const parameters = asked.map(([name, one]) => [
    `\`${name}\``,
    [
      one.description ?? one.title ?? '',
      one.enum ? `One of ${one.enum.map((value) => `\`${String(value)}\``).join(', ')}.` : '',
    ]
      .filter(Boolean)
      .join('. ')
      .replace('..', '.'),
    show(one.default),
    one.unit ?? '',
  ])
  return [
    `# ${title}`,
    '',
    `\`${id}\`, paper section ${section}. Made by \`node scripts/docs/studies.ts\` from the definition in \`src/engine/studies/\`.`,
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
      ? ['## Parameters', '', ...table(['parameter', 'meaning', 'default', 'unit'], parameters)]
      : []),
    '## Presets',
    '',
    ...table(
      ['preset', 'what it is', 'parameters'],
      presets.map((preset) => [`\`${preset.id}\` ${preset.title}`, preset.description, show(preset.params)]),
    ),
    '## Command line',
    '',
    '```',
    `kernelscope -w DIR study run ${id} --model MODEL --dataset DATASET${presets[0] ? ` --preset ${presets[0].id}` : ''}`,
    '```',
    '',
  ].join('\n')
}

const morePath = (id: string) => join('docs', 'benchmarks', `${id}.md`)

/** Path of a study's page, relative to the repository. */
export const pagePath = (id: string) => join('docs', 'studies', `${id}.md`)

if (import.meta.main) {
  mkdirSync(join('docs', 'studies'), { recursive: true })
  for (const definition of studyDefinitions) writeFileSync(pagePath(definition.id), studyPage(definition))
}
