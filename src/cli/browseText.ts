import { classesWith, classTitle } from '#shared/classNames.ts'
import type { Dataset, ImageFacets, ImageFilter, ImageRow } from '#shared/contract/index.ts'
import { formatTable } from './format.ts'

/** The images of a page as a table, with their number where there are more. */
export function imageTable(rows: readonly ImageRow[], images: number): string {
  const table = formatTable(
    [
      { title: 'ID', right: true },
      { title: 'Image' },
      { title: 'Class' },
      { title: 'Pixels', right: true },
      { title: 'Bytes', right: true },
    ],
    rows.map((row) => [
      String(row.id),
      row.problem ? `${row.name} (${row.problem.code})` : row.name,
      row.className === null ? '' : classTitle(row.className),
      `${row.width}x${row.height}`,
      String(row.bytes),
    ]),
    'no image fits',
  )
  return rows.length < images ? `${table}${rows.length} of ${images}\n` : table
}

/** What to look for where no file name has the text that was searched, but classes have it. */
export function classHint(images: number, { classes }: Dataset, { search = '' }: ImageFilter): string {
  const found = images > 0 ? [] : classesWith(classes, search)
  if (found.length === 0) return ''
  const listed = found.slice(0, 5).map(({ name }) => classTitle(name))
  const more = found.length > listed.length ? `, and ${found.length - listed.length} more` : ''
  return `No file name has "${search}", but classes have it: ${listed.join(', ')}${more}. Filter by class=NAME.\n`
}

/** Counts of facets as tables. `shownFacts` names the models whose predictions were counted. */
export function facetText(facets: ImageFacets, dataset: Dataset, shownFacts: readonly string[]): string {
  const counts = (title: string, rows: (readonly [string, number])[]) =>
    rows.length === 0
      ? []
      : [
          formatTable(
            [{ title }, { title: 'Images', right: true }],
            rows.map(([name, n]) => [name, String(n)]),
          ),
        ]
  const className = (index: number) =>
    classTitle(dataset.classes.find((c) => c.index === index)?.name ?? String(index))
  return [
    `${facets.images} images\n`,
    ...counts(
      'Class',
      facets.classes.map(({ value, n }) => [className(value), n]),
    ),
    ...counts(
      'Part',
      facets.parts.map(({ value, n }) => [value, n]),
    ),
    ...counts(
      'Tag',
      facets.tags.map(({ value, n }) => [value, n]),
    ),
    ...counts(
      'Error',
      facets.errors.map(({ value, n }) => [value, n]),
    ),
    ...facets.models.flatMap((m, place) =>
      counts(shownFacts[place] ?? `model ${m.modelId}`, [
        ['right', m.correct],
        ['wrong', m.wrong],
        ['not judged', m.unjudged],
        ['not measured', m.missing],
        ...m.rank.map(
          ({ min, max, n }) => [min === max ? `rank ${min}` : `rank ${min} to ${max}`, n] as const,
        ),
      ]),
    ),
    ...(facets.agreement
      ? counts('Agreement', [
          ['all right', facets.agreement.allCorrect],
          ['all wrong', facets.agreement.allWrong],
          ['some right, some wrong', facets.agreement.mixed],
          ['predicted classes differ', facets.agreement.differentClass],
        ])
      : []),
  ].join('\n')
}
