import type { DataTable } from '#shared/contract/index.ts'
import { printedColumns } from '#shared/figures/cells.ts'
import { escapeMarkup } from '#shared/figures/tooltip.ts'

const arrows = { higher: ' ↑', lower: ' ↓' }

/**
 * Writes a table as HTML. The first column has the names of the rows; the best value of a column is bold, the second
 * best underlined; an arrow shows whether higher or lower is better.
 */
export function tableHtml(table: DataTable): string {
  const columns = printedColumns(table)
  const head = columns.map(({ title, better, decimals }) => {
    const kind = decimals === null ? '' : ' class="n"'
    return `<th scope="col"${kind}>${escapeMarkup(title)}${better ? arrows[better] : ''}</th>`
  })
  const rows = table.rows.map((_, row) =>
    columns
      .map(({ cells, decimals }, at) => {
        const { text = '', place = null } = cells[row] ?? {}
        if (at === 0) return `<th scope="row">${escapeMarkup(text)}</th>`
        const kinds = [
          ...(decimals === null ? [] : ['n']),
          ...(place === 1 ? ['best'] : place === 2 ? ['second'] : []),
        ]
        return `<td${kinds.length > 0 ? ` class="${kinds.join(' ')}"` : ''}>${escapeMarkup(text)}</td>`
      })
      .join(''),
  )
  return [
    '<div class="scroll"><table>',
    `<caption>${escapeMarkup(table.title)}</caption>`,
    `<thead><tr>${head.join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${row}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n')
}
