import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolderOfFile } from '../temporary.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/extending.md'), 'utf8')

interface Block {
  what: 'file' | 'line'
  path: string
  /** The line that a line goes below; null for a file. */
  after: string | null
  text: string
}

/** Returns every block of the page that changes the source tree, in order. */
const blocks: Block[] = [...page.matchAll(/^```ts (.+)\n([\s\S]*?)^```$/gm)].map(
  ([, info = '', text = '']) => {
    const [, what, path = '', after = null] = /^(file|line)=(\S+)(?: after="(.+)")?$/.exec(info) ?? []
    if (what === 'file' && after === null) return { what, path, after, text }
    if (what === 'line' && after !== null) return { what, path, after, text }
    throw new Error(`docs/extending.md: a block that is neither a file nor a line: ${info}`)
  },
)
const touched = [...new Set(blocks.map(({ path }) => path))]
const shownTests = touched.filter((path) => path.endsWith('.test.ts'))

const copied = ['src', 'tests', 'bench', 'scripts', 'tools']
const settings = [
  'package.json',
  'eslint.config.js',
  'electron.vite.config.ts',
  'vitest.config.ts',
  '.prettierrc.json',
  'tsconfig.base.json',
  'tsconfig.node.json',
  'tsconfig.web.json',
  'tsconfig.both.json',
]

/** Copies the source tree into a folder, with links to installed packages and built files. */
function copyTree(copy: string): void {
  for (const name of [...copied, ...settings]) cpSync(join(root, name), join(copy, name), { recursive: true })
  for (const name of ['node_modules', 'resources']) symlinkSync(join(root, name), join(copy, name))
}

function apply(copy: string, { what, path, after, text }: Block): void {
  const target = join(copy, path)
  if (what === 'file') {
    if (existsSync(target)) throw new Error(`docs/extending.md: ${path} is there already`)
    mkdirSync(dirname(target), { recursive: true })
    return writeFileSync(target, text)
  }
  const lines = readFileSync(target, 'utf8').split('\n')
  const places = lines.flatMap((line, place) => (line.trim() === after ? place : []))
  const [place] = places
  if (place === undefined || places.length > 1)
    throw new Error(`docs/extending.md: ${places.length} lines of ${path} are ${after}`)
  const indent = /^\s*/.exec(lines[place] ?? '')?.[0] ?? ''
  const added = text.trimEnd().split('\n')
  lines.splice(place + 1, 0, ...added.map((line) => indent + line))
  writeFileSync(target, lines.join('\n'))
}

/** Runs a tool of an installed package in a folder. Rejects with its output where it fails. */
function tool(folder: string, entry: string, ...args: string[]): Promise<void> {
  const { VITEST: _, ...env } = process.env
  const options = { cwd: folder, env: { ...env, ORT_DISABLE_TELEMETRY: '1' }, maxBuffer: 2 ** 26 }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(root, 'node_modules', entry), ...args], options, (error, out, err) =>
      error ? reject(new Error(`${entry} ${args.join(' ')}\n${out}${err}`)) : resolve(),
    )
  })
}

describe('docs/extending.md', { timeout: 240_000 }, () => {
  const copy = temporaryFolderOfFile()
  beforeAll(() => {
    copyTree(copy)
    for (const block of blocks) apply(copy, block)
  })

  it('has an example with a test for everything that a list extends', () => {
    const sections = page.split(/^## /m).slice(1)
    const titles = sections.map((section) => section.split('\n', 1)[0])
    expect(titles).toEqual([
      'A study',
      'A benchmark',
      'A corruption',
      'A perturbation',
      'A colour map',
      'An export format',
      'A kind of dataset',
      'A saliency method',
      'A family of networks',
      'A column of predictions',
    ])
    // A column goes through many rooms: the page names them in order.
    for (const section of sections.slice(0, -1)) expect(section).toMatch(/^```ts file=tests\/\S+\.test\.ts$/m)
  })

  it('has code that compiles, in the engine and in the page', async () => {
    // Of tests, benchmarks and scripts, which nothing in `src` imports, only those that the page shows.
    const include = [
      ...['shared', 'engine', 'main', 'cli'].map((room) => `src/${room}/**/*.ts`),
      ...shownTests,
    ]
    writeFileSync(
      join(copy, 'tsconfig.shown.json'),
      JSON.stringify({ extends: './tsconfig.node.json', include }),
    )
    const check = (compiler: string, project: string) =>
      tool(copy, compiler, '-p', project, '--tsBuildInfoFile', join(copy, `${project}.tsbuildinfo`))
    await Promise.all([
      check('typescript/bin/tsc', 'tsconfig.shown.json'),
      check('vue-tsc/bin/vue-tsc.js', 'tsconfig.web.json'),
    ])
  })

  it('has code that passes the linter and its own tests', async () => {
    await Promise.all([
      tool(copy, 'eslint/bin/eslint.js', '--max-warnings', '0', ...touched),
      tool(copy, 'prettier/bin/prettier.cjs', '--check', ...touched),
      tool(
        copy,
        'vitest/vitest.mjs',
        'run',
        '--project',
        'pure',
        '--project',
        'parts',
        '--project',
        'apart',
        ...shownTests,
      ),
    ])
  })
})
