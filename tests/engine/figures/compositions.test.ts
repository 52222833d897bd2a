import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { serveBytes } from '#engine/api/bytes/server.ts'
import { emptyComposition, newPanel, type Composition } from '#shared/figures/compose/index.ts'
import { request } from 'node:http'
import { compositionPath } from '#shared/bytes.ts'
import { runCli } from '../../../src/cli/program.ts'
import { terminal } from '../../cli/terminal.ts'
import { bars, curves } from '../../shared/figures/specs.ts'
import { sampleModel } from '../studies/sample.ts'

let engine: Engine
let folder: string
let modelId: number
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  modelId = (await engine.client.models.add({ path: sampleModel('replk3') })).id
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const base = emptyComposition('Two panels')
const two: Composition = {
  ...base,
  panels: [curves, bars].map((spec, at) => newPanel(`p${at}`, { kind: 'data', spec })),
}

/** Rendering and models start cold, on a machine that may have other work. */
const patient = { timeout: 120_000 }

describe('composed figures of a workspace', patient, () => {
  it('are stored, changed, listed by their last change and removed', async () => {
    const { compositions } = engine.client
    const first = await compositions.create({ composition: two })
    const second = await compositions.create({ composition: { ...base, title: 'Empty' } })
    const changed = await compositions.save({ id: first.id, composition: { ...two, title: 'Changed' } })
    expect(changed.revision).toBe(first.revision + 1)
    expect((await compositions.get({ id: first.id })).composition).toEqual({ ...two, title: 'Changed' })
    const titles = (await compositions.list()).map(({ title, panels }) => [title, panels])
    expect(titles).toEqual(
      expect.arrayContaining([
        ['Changed', 2],
        ['Empty', 0],
      ]),
    )
    for (const { id } of [first, second]) await compositions.remove({ id })
    expect(await compositions.list()).toEqual([])
    await expect(compositions.get({ id: first.id })).rejects.toMatchObject({ code: 'FIGURE_NOT_FOUND' })
  })

  it('change with the style that they use', async () => {
    const { compositions } = engine.client
    const style = { ...base.style, fontSize: 7 }
    expect(await compositions.saveStyle({ name: 'Paper', style })).toEqual({ figures: 0 })
    const follows = await compositions.create({ composition: { ...two, style, styleName: 'Paper' } })
    const own = await compositions.create({ composition: two })
    expect(await compositions.saveStyle({ name: 'Paper', style: { ...style, fontSize: 9 } })).toEqual({
      figures: 1,
    })
    const size = async (id: number) => (await compositions.get({ id })).composition.style.fontSize
    expect([await size(follows.id), await size(own.id)]).toEqual([9, 8])
    expect((await compositions.styles()).map(({ name, figures }) => [name, figures])).toEqual([['Paper', 1]])
    await compositions.removeStyle({ name: 'Paper' })
    const left = (await compositions.get({ id: follows.id })).composition
    expect([left.styleName, left.style.fontSize]).toEqual([null, 9])
    for (const { id } of [follows, own]) await compositions.remove({ id })
  })

  it('describe their panels, and give the reason where a panel has no data', async () => {
    const lost = newPanel('lost', { kind: 'study', study: 'None', figure: 'x' })
    const kernels = newPanel('kernels', {
      kind: 'kernels',
      model: modelId,
      show: { as: 'distance', definition: 'normalised' },
    })
    const composition = { ...two, panels: [...two.panels, kernels, lost] }
    const state = await engine.client.compositions.state({ composition })
    expect(state.width).toBeCloseTo(6.75, 6)
    expect(state.panels.map(({ id, letter, problem }) => [id, letter, problem?.code ?? null])).toEqual([
      ['p0', '(a)', null],
      ['p1', '(b)', null],
      ['kernels', '(c)', null],
      ['lost', '', 'STUDY_NOT_FOUND'],
    ])
    for (const { box } of state.panels.slice(0, 3)) {
      expect(box!.x + box!.width).toBeLessThanOrEqual(state.width + 1e-9)
      expect(box!.y + box!.height).toBeLessThanOrEqual(state.height + 1e-9)
    }
    expect(state.provenance.join(' ')).toMatch(/RepLK-3: sha256 [0-9a-f]{12}.* Kernelscope \d/)
    await expect(
      engine.client.compositions.export({ figure: { composition }, formats: ['svg'] }),
    ).rejects.toMatchObject({ code: 'STUDY_NOT_FOUND', message: expect.stringContaining('panel lost') })
  })

  it('have an address with the exported SVG, its text as outlines', async () => {
    const { id, revision } = await engine.client.compositions.create({ composition: two })
    const server = await serveBytes(engine.session)
    try {
      const [type, text] = await new Promise<[string, string]>((resolve, reject) => {
        const options = {
          socketPath: server.socket,
          path: compositionPath(id, revision),
          headers: { authorization: server.token },
        }
        request(options, (answer) => {
          let body = ''
          answer.on('data', (piece: Buffer) => (body += piece.toString()))
          answer.on('end', () => resolve([String(answer.headers['content-type']), body]))
        })
          .on('error', reject)
          .end()
      })
      expect(type).toBe('image/svg+xml')
      expect(text).toContain('width="6.75in"')
      expect(text).not.toMatch(/<text|@font-face/)
    } finally {
      await server.close()
      await engine.client.compositions.remove({ id })
    }
  })
})

describe('figure compose', patient, () => {
  const run = async (...args: string[]) => {
    const { io, written } = terminal({ cwd: folder })
    // The same engine, whose rendering thread is warm; the command line would close it.
    const start = () => Promise.resolve({ client: engine.client, close: () => Promise.resolve() })
    const exit = await runCli(args, io, start, '0.0.0')
    return { exit, ...written }
  }

  it('writes a figure that carries its data without a workspace, with the same bytes as the app', async () => {
    const out = join(folder, 'app')
    const { compositions } = engine.client
    await compositions.export({ figure: { composition: two }, formats: ['json', 'pdf'], directory: out })
    const file = join(out, 'Two-panels.json')
    const { exit, out: printed } = await run('figure', 'compose', file, '--format', 'pdf', '--out', 'cli')
    expect(exit).toBe(0)
    expect(printed).toContain(join(folder, 'cli', 'Two-panels.pdf'))
    const written = readFileSync(join(folder, 'cli', 'Two-panels.pdf'))
    expect(written.equals(readFileSync(join(out, 'Two-panels.pdf')))).toBe(true)
  })

  it('refuses a file that is no figure or comes from a newer version', async () => {
    const cases: [string, string, RegExp][] = [
      ['broken.json', '{', /broken\.json is not a composed figure/],
      ['other.json', '{"a": 1}', /is not a composed figure: kernelscopeFigure/],
      ['newer.json', '{"kernelscopeFigure": 7}', /its version is 7[\s\S]*newer Kernelscope/],
    ]
    for (const [name, text, message] of cases) {
      writeFileSync(join(folder, name), text)
      const { exit, err } = await run('figure', 'compose', name, '--out', 'none')
      expect(exit).toBe(2)
      expect(err).toMatch(message)
    }
    expect(existsSync(join(folder, 'none'))).toBe(false)
  })
})
