import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { runCli } from '../../src/cli/program.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../engine/studies/sample.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { terminal } from './terminal.ts'

const folder = temporaryFolderOfFile()
const workspace = join(folder, 'workspace')
const images = join(folder, 'images')
const out = join(folder, 'out')
const bundle = join(folder, 'bundle.zip')
const model = sampleModel('replk3')
const study = (kind: string, ...more: string[]) => [
  'study',
  'run',
  kind,
  '-w',
  workspace,
  '--model',
  model,
  '--dataset',
  images,
  ...more,
]

/** A command line, pressed Ctrl-C at once after so many messages to threads. */
async function command(args: string[], pressAfter?: number) {
  const { io, written, interrupt } = terminal({ cwd: folder })
  let left = pressAfter ?? Infinity
  const post = vi.spyOn(Worker.prototype, 'postMessage')
  post.mockImplementation(function (this: Worker, ...message) {
    original.apply(this, message)
    left -= 1
    if (left === 0) interrupt()
  })
  const code = await runCli(args, io, (overrides) => createEngine({ overrides }), '0.0.0')
  post.mockRestore()
  return { code, reached: left <= 0, ...written }
}
const original = Worker.prototype.postMessage
afterEach(() => vi.restoreAllMocks())

beforeAll(async () => {
  const { client, close } = await createEngine()
  await client.workspace.create({ path: workspace })
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const modelIds = [(await client.models.add({ path: model })).id]
  await runStudy(client, {
    kind: 'random-patch-drop',
    modelIds,
    datasetId,
    params: { percents: [40], repeats: 1 },
  })
  await client.workspace.create({ path: join(folder, 'other') })
  await close()
  mkdirSync(out)
  const made = await command(['bundle', 'make', '1', '-w', workspace, '--out', bundle])
  expect(made.code).toBe(0)
})

/** Drafts and other unfinished things below a folder. */
const unfinished = (where: string) =>
  readdirSync(where, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tmp|\.part/.test(name))

const into = ['-w', workspace]
it.each<[string, string[], number]>([
  ['model inspect', ['model', 'inspect', model], 1],
  ['model kernels', ['model', 'kernels', model], 1],
  ['model add', ['model', 'add', sampleModel('vit'), ...into], 1],
  ['model check', ['model', 'check', '1', ...into], 2],
  ['dataset add', ['dataset', 'add', resolve('resources/sample/suites/val'), ...into], 3],
  ['dataset check', ['dataset', 'check', '1', '--full', ...into], 3],
  ['study of blocks', study('lesion', '--samples', '2'), 1],
  ['study of gradients', study('adversarial'), 2],
  ['study of saliency', study('saliency-gallery'), 2],
  ['figure', ['figure', '1', '--out', out, '--format', 'pdf', ...into], 1],
  ['report', ['report', 'make', '1', '--out', join(out, 'report.html'), ...into], 1],
  ['bundle make', ['bundle', 'make', '1', '--out', join(out, 'bundle.zip'), ...into], 1],
  ['bundle verify', ['bundle', 'verify', bundle, ...into], 2],
  ['workspace backup', ['workspace', 'backup', ...into], 1],
  ['workspace verify', ['workspace', 'verify', ...into], 2],
  ['workspace export', ['workspace', 'export', join(out, 'workspace.zip'), ...into], 1],
  ['workspace salvage', ['workspace', 'salvage', join(out, 'salvaged'), ...into], 1],
  ['workspace merge', ['workspace', 'merge', join(folder, 'other'), ...into], 1],
])('Ctrl-C ends %s with 130, and nothing half made is left', async (_, args, after) => {
  const found = await command(args, after)
  expect(found).toMatchObject({ code: 130, reached: true, out: '' })
  expect(found.err).toContain('error[CANCELLED]')
  expect([...readdirSync(out), ...unfinished(workspace)]).toEqual([])
  expect(existsSync(join(workspace, 'workspace.owner'))).toBe(false)
})
