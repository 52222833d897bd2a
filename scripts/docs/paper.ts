/**
 * Writes docs/paper.md, the paper table by table, from the presets of the studies and the paper's numbers in
 * resources/paper. Run: node scripts/docs/paper.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  commandOf,
  datasetKindOf,
  datasetName,
  modelsOfEntry,
  paperEntries,
  printedNumbers,
  repeating,
  toldOf,
} from '#engine/studies/index.ts'

const cell = (text: string) => text.replaceAll('|', '\\|')
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0 ? [] : [row(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(row), '']

const numbers = printedNumbers()

function section(entry: (typeof paperEntries)[number]): string[] {
  const own = numbers.filter(({ source }) => source === entry.title)
  const studies = repeating(entry.title)
  const models = modelsOfEntry(entry, own)
  return [
    `## ${entry.title}`,
    '',
    `Section ${entry.section}. ${entry.shows}`,
    '',
    ...(models.length > 0 ? [`Models: ${models.join(', ')}.`, ''] : []),
    ...studies.flatMap((one) => {
      const { kind, title, preset, presetTitle, deviates } = toldOf(one)
      const dataset = datasetKindOf(one.definition)
      return [
        `**${title}**, preset \`${preset}\` (${presetTitle}), page [${kind}](studies/${kind}.md). Needs: ${dataset === null ? 'the weights alone' : datasetName(dataset)}.`,
        '',
        '```',
        commandOf(one, [], null),
        '```',
        '',
        ...(deviates.length > 0
          ? ['Otherwise than published:', '', ...deviates.map((text) => `- ${text}`), '']
          : []),
      ]
    }),
    ...table(
      ['model', 'what', 'paper', 'carried over'],
      own.map(({ model, what, printed, unit, exactness, provenance }) => [
        model,
        what,
        `${exactness === 'printed' ? '' : `${exactness} `}${printed} ${unit}`,
        provenance ?? '',
      ]),
    ),
  ]
}

/** docs/paper.md. */
export const paperDoc = (): string =>
  [
    '# The paper, table by table',
    '',
    'Made by `node scripts/docs/paper.ts` from the presets of the studies and `resources/paper/tables.json`. _The paper_ in the',
    'app (`G T`) is the same page for the open workspace: which models and datasets of it are there, a button that fills the',
    'form, and the numbers measured here beside those of the paper, with the difference and its interval. A number is compared',
    'where the images are those of ImageNet and the model has the family, the number of parameters and the largest kernel of',
    'the paper’s; which training its weights are of is not looked at. The difference counts the paper’s number as exact.',
    '',
    ...paperEntries.flatMap(section),
  ].join('\n')

export const paperPath = join('docs', 'paper.md')

if (import.meta.main) writeFileSync(paperPath, paperDoc())
