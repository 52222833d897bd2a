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

/** Runs a program of a copy of the source tree and gives what it prints. Rejects with that where it fails. */
function program(copy: string, entry: string, ...args: string[]): Promise<string> {
  const { VITEST: _, ...env } = process.env
  const options = { cwd: copy, env: { ...env, ORT_DISABLE_TELEMETRY: '1' }, maxBuffer: 2 ** 26 }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [join(copy, entry), ...args], options, (error, out, err) =>
      error ? reject(new Error(`${entry} ${args.join(' ')}\n${out}${err}`)) : resolve(out),
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

  it('has code that compiles, in the engine and in the page, and passes the linter', async () => {
    const project = (name: string, base: string, include: string[]) => {
      writeFileSync(join(copy, name), JSON.stringify({ extends: base, include }))
      return name
    }
    // Of tests, benchmarks and scripts, which nothing in `src` imports, only those that the page shows.
    const engine = ['shared', 'engine', 'main', 'cli'].map((room) => `src/${room}/**/*.ts`)
    const shown = project('tsconfig.shown.json', './tsconfig.node.json', [...engine, ...shownTests])
    const ofPage = project('tsconfig.page.json', './tsconfig.web.json', [
      'src/renderer/**/*.ts',
      'src/renderer/**/*.vue',
    ])
    const [said] = await Promise.all([
      program(copy, 'scripts/lint/typed.ts', '--project', shown, ...touched),
      program(
        copy,
        'node_modules/vue-tsc/bin/vue-tsc.js',
        ...['-p', ofPage, '--tsBuildInfoFile', join(copy, 'page.tsbuildinfo')],
      ),
    ])
    // Warnings of the linter would be printed.
    expect(said).toBe('')
  })

  it('has code that is formatted and passes its own tests', async () => {
    const projects = ['pure', 'parts', 'apart'].flatMap((name) => ['--project', name])
    await Promise.all([
      program(copy, 'node_modules/prettier/bin/prettier.cjs', '--check', ...touched),
      program(copy, 'node_modules/vitest/vitest.mjs', 'run', ...projects, ...shownTests),
    ])
  })
})
