import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apiRooms, engineRooms, features, pageRooms, studyRooms } from '../../scripts/lint/rooms.ts'

const root = join(import.meta.dirname, '../..')

/** Returns the first column of each Markdown table whose first heading is "folder". */
function firstColumns(markdown: string): string[] {
  const cells: string[] = []
  let inTable = false
  for (const line of markdown.split('\n')) {
    const first = /^\|([^|]*)\|/.exec(line)?.[1]?.trim()
    if (first === undefined) inTable = false
    else if (first === 'folder') inTable = true
    else if (inTable) cells.push(first)
  }
  return cells
}

/** The rooms below a folder as the tables name them, with what they may import. */
function planned(parent: string): Record<string, string[]> {
  const row = new RegExp(`^\\| \`${parent}/(\\w+)\`[^|]*\\|[^|]*\\|(?:([^|]*)\\|)?$`, 'gm')
  return Object.fromEntries(
    [...architecture.matchAll(row)].map(([, name = '', imports = '']) => [
      name,
      imports.trim() === '' ? [] : imports.trim().split(', '),
    ]),
  )
}

/** Returns the texts in backticks. */
const quoted = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner = '']) => inner)

const filesIn = (folder: string) => readdirSync(folder, { recursive: true, withFileTypes: true })

/** Lists the subfolders of a folder that contain a file at any depth. */
const roomsOf = (parent: string): string[] =>
  readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => `${parent}/${name}`)
    .filter((folder) => filesIn(join(root, folder)).some((entry) => entry.isFile()))
    .sort()

const architecture = readFileSync(join(root, 'docs/architecture.md'), 'utf8')
const named = firstColumns(architecture).flatMap(quoted)

describe('the tables of rooms in docs/architecture.md', () => {
  it.each([
    'src',
    'src/engine',
    'src/engine/studies',
    'src/engine/api',
    'src/renderer',
    'src/renderer/features',
  ])('name every folder of %s, once, and no other', (parent) => {
    const here = named.filter((folder) => folder.slice(0, folder.lastIndexOf('/')) === parent)
    expect(here.sort()).toEqual(roomsOf(parent))
  })

  it('name only folders that exist', () => {
    expect(named.filter((folder) => !existsSync(join(root, folder)))).toEqual([])
  })
})

describe('the plan that the linter reads', () => {
  it.each([
    ['src/engine/studies', studyRooms],
    ['src/engine/api', apiRooms],
    ['src/renderer', pageRooms],
    ['src/renderer/features', features],
  ])('is the one of the page for %s', (parent, rooms) => {
    expect(planned(parent)).toEqual(rooms)
  })

  it('has the rooms of the engine in the order of the page', () => {
    expect(Object.keys(planned('src/engine'))).toEqual(engineRooms)
  })
})

/** README.md, CONTRIBUTING.md, CHANGELOG.md and the pages right in docs; not those in its folders. */
const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...filesIn(join(root, 'docs'))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
]

it.each(documents)('%s names in backticks only files and folders that exist', (document) => {
  const text = readFileSync(join(root, document), 'utf8')
  const paths = quoted(text).filter((path) =>
    /^(src|tests|tools|scripts|bench|docs|resources)\/[\w./-]*$/.test(path),
  )
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
