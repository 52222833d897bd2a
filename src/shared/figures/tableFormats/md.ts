import { markdownParagraph, markdownText, tableToMarkdown } from '../markdown.ts'
import type { TableFormatDefinition } from './definition.ts'

export const md = {
  id: 'md',
  title: 'Markdown',
  type: 'text/markdown',
  icon: 'i-lucide-file-text',
  write: (table, notes) =>
    [
      `**${markdownText(table.title)}**\n`,
      tableToMarkdown(table),
      ...(notes.length > 0 ? [`${markdownParagraph(notes.join(' '))}\n`] : []),
    ].join('\n'),
  print: tableToMarkdown,
} as const satisfies TableFormatDefinition
