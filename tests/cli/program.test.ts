import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEngine } from '#engine/api/index.ts'
import { inspection, studyCondition } from '#shared/contract/index.ts'
import type { StartEngine } from '../../src/cli/client.ts'
import { runCli } from '../../src/cli/program.ts'
import { terminal } from './terminal.ts'

const root = resolve(import.meta.dirname, '../..')
const entry = join(root, 'src/cli/index.ts')
const models = ['replk31', 'replk3'].map((name) => join(root, 'resources/sample/models', `${name}.onnx`))

let folder: string
let images: string
let workspace: string

/** Five images of each of four classes, in a folder that tests may change. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-cli-'))
  images = join(folder, 'images')
  workspace = join(folder, 'workspace')
  for (const name of ['bird', 'boat', 'car', 'cat']) {
    const from = join(root, 'resources/sample/suites/val', name)
    mkdirSync(join(images, name), { recursive: true })
    for (const file of readdirSync(from).sort().slice(0, 5))
      cpSync(join(from, file), join(images, name, file))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  code: number | null
  out: string
  err: string
}

/** The program in this process: as `index.ts`, without the second that a process takes to start. */
async function run(args: readonly string[], cwd = folder): Promise<Run> {
  const { io, written } = terminal({ cwd })
  const code = await runCli(args, io, (overrides) => createEngine({ overrides }), '1.2.3')
  return { code, ...written }
}

/** The program as a separate process. */
function spawned(
  args: readonly string[],
  onErr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Run> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [entry, ...args], { cwd: folder })
    const result: Run = { code: null, out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => (result.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => {
      result.err += chunk.toString()
      onErr?.(result.err, (signal) => child.kill(signal))
    })
    child.on('error', fail)
    child.on('close', (code) => done({ ...result, code }))
  })
}

const json = async (args: readonly string[]): Promise<unknown> => {
  const { code, out, err } = await run([...args, '--json', '-w', workspace])
  expect(err.includes('error')).toBe(false)
  expect(code).toBe(0)
  return JSON.parse(out)
}

const runDocument = z.object({
  study: z.object({ id: z.int(), state: z.string() }),
  complete: z.boolean(),
  conditions: z.array(studyCondition),
  imagesPerSecond: z.number().nullable(),
  cache: z.object({ hits: z.int(), misses: z.int() }),
})

const study = (...more: string[]) => [
  'study',
  'run',
  'random-patch-drop',
  '--dataset',
  images,
  '--percents',
  '0,50',
  '--param',
  'repeats=2',
  ...more,
]

describe('the program', () => {
  it('creates a workspace, measures, resumes from stored facts, shows results, and writes figures', async () => {
    await json(['workspace', 'create'])
    const first = runDocument.parse(await json(study('--model', models[0] ?? '', '--model', models[1] ?? '')))
    expect(first.study.state).toBe('done')
    expect(first.complete).toBe(true)
    // Two models, 20 images, the clean pass and two draws at 50 %.
    expect(first.cache).toEqual({ hits: 0, misses: 120 })
    expect(first.imagesPerSecond).toBeGreaterThan(0)
    expect(first.conditions).toHaveLength(6)
    for (const cell of first.conditions) expect([cell.n, cell.top1]).toEqual([20, cell.correct / 20])

    const again = runDocument.parse(await json(study('--model', '1', '--model', '2')))
    expect(again.study.id).toBe(first.study.id)
    expect(again.cache).toEqual({ hits: 120, misses: 0 })
    expect(again.imagesPerSecond).toBeNull()
    expect(again.conditions).toEqual(first.conditions)

    const shown = await json(['study', 'show', String(first.study.id)])
    expect(shown).toMatchObject({ conditions: first.conditions })

    const rows = z
      .object({ rows: z.array(z.object({ model: z.string(), key: z.string(), correct: z.boolean() })) })
      .parse(await json(['study', 'rows', String(first.study.id)]))
    const sorted = await run([
      ...['study', 'rows', String(first.study.id), '--sort', 'largest', '-w', workspace],
    ])
    expect([sorted.code, sorted.err]).toEqual([2, expect.stringContaining('has conditions')])
    for (const cell of first.conditions) {
      const own = rows.rows.filter(({ model, key }) => model === cell.model && key === cell.key)
      expect([own.length, own.filter(({ correct }) => correct).length]).toEqual([cell.n, cell.correct])
    }

    const id = String(first.study.id)
    const out = join(folder, 'figures')
    const { files } = z
      .object({ files: z.array(z.object({ path: z.string(), bytes: z.int() })) })
      .parse(
        await json([
          'figure',
          String(first.study.id),
          '--format',
          'svg,csv',
          '--out',
          out,
          '--width',
          '3.25',
        ]),
      )
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const { path, bytes } of files) expect(readFileSync(path)).toHaveLength(bytes)
    expect(files.some(({ path }) => readFileSync(path, 'utf8').includes('width="3.25in"'))).toBe(true)

    const papers = await json([
      'figure',
      id,
      '--format',
      'pdf',
      '--out',
      out,
      '--venue',
      'neurips',
      '--span',
      '0.5',
    ])
    const [paper] = z.object({ files: z.array(z.object({ path: z.string() })) }).parse(papers).files
    expect(readFileSync(paper?.path ?? '', 'latin1')).toContain('/MediaBox [0 0 198 ')
    await json(['table', id, '--format', 'tex,md', '--out', out])
    expect(readdirSync(out).filter((name) => name.startsWith('table-'))).not.toEqual([])
    const printed = await run(['table', id, '--format', 'md', '-w', workspace])
    expect(printed.out).toMatch(/^\| Model \|/)
  }, 240_000)

  it('replays exported draws to the same predictions', async () => {
    const first = runDocument.parse(await json(study('--model', '1')))
    const file = join(folder, 'draws.json')
    await json(['study', 'draws', String(first.study.id), '--out', file])
    const replayed = runDocument.parse(await json(study('--model', '1', '--draws', file)))
    expect(replayed.study.id).not.toBe(first.study.id)
    const seeded = await run([...study('--model', '1', '--draws', file, '--seed', '9'), '-w', workspace])
    expect([seeded.code, seeded.err]).toEqual([7, expect.stringContaining('--seed has no effect here')])
    const right = ({ conditions }: typeof first) => conditions.map(({ key, correct }) => [key, correct])
    expect(right(replayed)).toEqual(right(first))
  }, 240_000)

  it('leaves a study that can be resumed after Ctrl-C, and exits with 130', async () => {
    const args = [
      'study',
      'run',
      'random-patch-drop',
      '-w',
      workspace,
      '--model',
      '1',
      '--dataset',
      images,
      '--seed',
      '5',
      '--repeats',
      '3',
    ]
    let pressed = false
    const stopped = await spawned(args, (text, kill) => {
      if (pressed || !/\d+\/560 answers/.test(text)) return
      pressed = true
      kill('SIGINT')
    })
    expect(stopped.code).toBe(130)
    expect(stopped.out).toBe('')
    expect(stopped.err).toMatch(
      /error\[CANCELLED\]: .* was stopped after \d+ of 560 answers\n {2}Run the same command again/,
    )
    const list = z.object({
      studies: z.array(z.object({ id: z.int(), job: z.object({ state: z.string() }) })),
    })
    const [newest] = list.parse(await json(['study', 'list'])).studies.sort((a, b) => b.id - a.id)
    expect(newest?.job.state).toBe('paused')
    const resumed = runDocument.parse(await json(args.filter((word) => word !== '-w' && word !== workspace)))
    expect(resumed.study.id).toBe(newest?.id)
    expect(resumed.cache.hits + resumed.cache.misses).toBe(560)
    expect(resumed.complete).toBe(true)
  }, 240_000)

  it('finishes a stopped indexing before it runs a study on the dataset', { timeout: 120_000 }, async () => {
    const other = join(folder, 'other')
    cpSync(images, other, { recursive: true })
    const { io, interrupt } = terminal({ cwd: folder })
    interrupt()
    const start: StartEngine = (overrides) => createEngine({ overrides })
    expect([0, 130]).toContain(await runCli(['dataset', 'add', other, '-w', workspace], io, start, ''))
    const done = runDocument.parse(
      await json(['study', 'run', 'clean-accuracy', '--model', '1', '--dataset', other]),
    )
    expect(done.conditions.map(({ n }) => n)).toEqual([20])
  })

  it('inspects files without a workspace', { timeout: 120_000 }, async () => {
    const inspected = await run(['model', 'inspect', models[0] ?? '', '--json'])
    expect((await run([models[0] ?? '', '--json'])).out).toBe(inspected.out)
    const { family, convolutions, blocks } = inspection.parse(JSON.parse(inspected.out))
    expect(family).toBe('RepLKNet')
    expect(blocks.length).toBeGreaterThan(0)
    expect(convolutions.some(({ kernel, depthwise }) => depthwise && kernel[0] === 31)).toBe(true)
    const kernels = await run(['model', 'kernels', models[0] ?? '', '--json'])
    const { layers } = z
      .object({
        layers: z.array(
          z.object({
            weight: z.string(),
            kernel: z.int(),
            channels: z.int(),
            distance: z.array(z.number()),
            order: z.array(z.int()),
          }),
        ),
      })
      .parse(JSON.parse(kernels.out))
    for (const { distance, order, channels } of layers) {
      expect(distance).toEqual(distance.toSorted((a, b) => a - b))
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: channels }, (_, k) => k))
    }
  })

  it('prints tables for people on stdout and nothing on stderr', { timeout: 120_000 }, async () => {
    const listed = await run(['model', 'list'], workspace)
    expect([listed.code, listed.err]).toEqual([0, ''])
    expect(listed.out.split('\n')[0]).toMatch(/^ID {2}Model +Family +Parameters/)
  })

  it('exits with the code of the kind of error, and names what is wrong', async () => {
    const text = join(folder, 'notes.onnx')
    writeFileSync(text, 'not a model')
    const cases: [string[], number, string][] = [
      [['model', 'inspect', text], 5, 'notes.onnx'],
      [['model', 'inspect', join(folder, 'none.onnx')], 4, 'none.onnx'],
      [['model', 'list', '-w', join(folder, 'nowhere')], 3, 'nowhere'],
      [['workspace', 'cache', '--empty', 'pictures', '-w', workspace], 2, 'pictures'],
      [['model', 'list'], 2, 'no workspace is named'],
      [['workspace', 'create', workspace], 3, 'workspace'],
      [['figure', '99', '-w', workspace], 7, '99'],
      [['study', 'run', 'no-such', '--model', '1', '--dataset', images, '-w', workspace], 7, 'no-such'],
      [
        [
          'study',
          'run',
          'random-patch-drop',
          '--model',
          '1',
          '--dataset',
          images,
          '-w',
          workspace,
          '--percents',
          '101',
        ],
        7,
        'percents',
      ],
      [['study', 'run', 'clean-accuracy', '--model', 'x', '--dataset', images, '-w', workspace], 5, 'x'],
      [['study', 'run', 'clean-accuracy', '--model', '1', '--dataset', 'y', '-w', workspace], 6, 'y'],
      [[...study('--model', 'replk33'), '-w', workspace], 5, 'Did you mean RepLK-3'],
      [[...study('--model', '1'), '--percentt', '3', '-w', workspace], 2, 'Did you mean --percents'],
      [[...study('--model', '1'), '--per-clas', '3', '-w', workspace], 2, 'Did you mean --per-class'],
      [
        [...study('--model', '1'), '--per-class', '3', '--sample', '9', '-w', workspace],
        2,
        'Leave one of them',
      ],
      [[...study('--model', '1', '--preset', 'quik'), '-w', workspace], 2, 'Did you mean quick'],
      [
        ['study', 'run', 'lession', '--model', '1', '--dataset', images, '-w', workspace],
        7,
        'Did you mean lesion',
      ],
      [
        ['study', 'run', 'adversarial', '--model', '1', '--dataset', images, '--steps', '5', '-w', workspace],
        7,
        '--steps has no effect here\n  It has one only with --attack pgd or mifgsm.',
      ],
      [['study', 'run'], 2, "missing required argument 'kind'"],
      [['--nonsense'], 2, '--nonsense'],
      [['figure', '1', '-w', workspace, '--venue', 'nature'], 2, 'nature'],
      [['table', '1', '-w', workspace, '--format', 'tex,md'], 2, 'several formats'],
      [['model', 'kernels', models[0] ?? '', '--definition', 'other'], 2, 'other'],
    ]
    for (const [args, code, words] of cases) {
      const plain = await run(args)
      expect([args.join(' '), plain.code, plain.out]).toEqual([args.join(' '), code, ''])
      expect(plain.err).toMatch(/^error\[[A-Z_]+\]: .*\n {2}\S/)
      expect(plain.err).toContain(words)
    }
    const failed = await spawned(['model', 'inspect', text, '--json'])
    expect([failed.code, failed.out]).toEqual([5, ''])
    expect(JSON.parse(failed.err)).toMatchObject({
      error: { code: 'MODEL_NOT_ONNX', hint: expect.any(String) },
    })
  }, 240_000)

  it('finds a class whose name has a comma', { timeout: 120_000 }, async () => {
    const commas = join(folder, 'commas')
    for (const [name, own] of [
      ['cat', 'cat, tabby'],
      ['car', 'car'],
    ] as const)
      cpSync(join(images, name), join(commas, own), { recursive: true })
    expect((await run(['dataset', 'add', commas], workspace)).code).toBe(0)
    const found = await run(
      ['dataset', 'images', commas, '--filter', 'class=cat%2C tabby', '--json'],
      workspace,
    )
    const { rows } = z
      .object({ rows: z.array(z.object({ className: z.string() })) })
      .parse(JSON.parse(found.out))
    expect(rows.map(({ className }) => className)).toEqual(rows.map(() => 'cat, tabby'))
    expect(rows).toHaveLength(readdirSync(join(images, 'cat')).length)
  })

  it('ends without an error when the reader of its output has gone', { timeout: 120_000 }, async () => {
    const child = spawn(
      '/bin/sh',
      ['-c', `"${process.execPath}" "${entry}" study rows 1 -w "${workspace}" | true; exit 0`],
      { cwd: folder },
    )
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await new Promise((done) => child.on('close', done))
    expect(err).toBe('')
  })

  it('takes sizes in either space, and says what they are in the other', { timeout: 120_000 }, async () => {
    const cost = ['--model', '1', '--dataset', 'images', '--cost', '-w', workspace]
    const sizes = ['--epsilons', '0.1,8/255', '--space', 'normalised']
    const { code, out, err } = await run(['study', 'run', 'adversarial', ...sizes, ...cost])
    expect([code, err]).toEqual([
      0,
      expect.stringContaining('after normalisation is 0.0226,0.0070902 in [0,1] units'),
    ])
    expect(out).toMatch(/size +--epsilons: 0.0226 in \[0,1\] units is .* after normalisation/)
    const idle = await run(['study', 'run', 'lesion', '--space', 'unit', ...cost])
    expect([idle.code, idle.err]).toEqual([2, expect.stringContaining('--space has no effect')])
  })

  it('lists studies with what is stored of them, as the page does', { timeout: 120_000 }, async () => {
    const { out } = await run(['study', 'list', '-w', workspace])
    expect(out).toMatch(/Models +Dataset +Key number +State/)
    expect(out).toMatch(/clean-accuracy +.*other +\d.* % \(.*, n = \d+\) +done, complete/)
  })

  it('lists and cancels jobs, and removes what is named with --yes only', { timeout: 120_000 }, async () => {
    const at = ['-w', workspace]
    expect((await run(['job', 'list', '--limit', '1', ...at])).out).toMatch(/ID +Job +State/)
    const over = await run(['job', 'cancel', '1', ...at])
    expect([over.code, over.err]).toEqual([expect.any(Number), expect.stringContaining('JOB_STATE')])
    const listed = z.object({ studies: z.array(z.object({ id: z.int(), datasetId: z.int() })) })
    const { studies } = listed.parse(await json(['study', 'list']))
    const [study] = studies
    const asked = await run(['study', 'remove', String(study?.id), ...at])
    expect([asked.code, asked.out]).toEqual([0, expect.stringContaining('Repeat with --yes')])
    expect(listed.parse(await json(['study', 'list'])).studies).toHaveLength(studies.length)
    await json(['study', 'remove', String(study?.id), '--yes'])
    await json(['dataset', 'remove', 'images', '--yes'])
    const left = listed.parse(await json(['study', 'list'])).studies
    expect(left.map(({ id }) => id)).not.toContain(study?.id)
    expect((await run(['dataset', 'list', ...at])).out).not.toContain(images)
    const figure = await run(['figure', 'remove', 'none', '--yes', ...at])
    expect(figure.err).toContain('FIGURE_NOT_FOUND')
  })

  it('helps', { timeout: 120_000 }, async () => {
    const help = await run(['study', 'run', '--help'])
    expect([help.code, help.err]).toEqual([0, ''])
    for (const word of ['--model', '--preset', '--per-class', '--workspace', '--json'])
      expect(help.out).toContain(word)
    const own = await run(['study', 'run', 'adversarial', '--help'])
    expect([own.code, own.err]).toEqual([0, ''])
    for (const word of ['--per-class', '--epsilons <n,…>', '--step-ratio', 'fig6b', 'only with'])
      expect(own.out).toContain(word)
    const asJson = await run(['study', 'run', 'lesion', '--help', '--json'])
    expect(JSON.parse(asJson.out)).toMatchObject({ id: 'lesion', params: { type: 'object' } })
    const version = await spawned(['--version'])
    expect([version.code, version.out]).toEqual([
      0,
      `${z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).version}\n`,
    ])
    const bare = await run([])
    expect([bare.code, bare.out]).toEqual([2, ''])
    expect(bare.err).toContain('Usage: kernelscope')
  })
})
