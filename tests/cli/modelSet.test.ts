import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEngine } from '#engine/api/index.ts'
import { runCli } from '../../src/cli/program.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { terminal } from './terminal.ts'

const sample = resolve(import.meta.dirname, '../../resources/sample')
const folder = temporaryFolderOfFile()
const workspace = join(folder, 'workspace')
const beside = join(folder, 'net.json')
const card = z.looseObject({ labels: z.array(z.string()) })

async function run(...args: string[]) {
  const { io, written } = terminal({ cwd: folder })
  const code = await runCli(
    ['-w', workspace, ...args],
    io,
    (overrides) => createEngine({ overrides }),
    '1.2.3',
  )
  return { code, out: written.out, err: written.err }
}

/** A model with labels beside it and nothing else, and images of two classes. */
beforeAll(async () => {
  cpSync(join(sample, 'models/replk3.onnx'), join(folder, 'net.onnx'))
  const { labels } = card.parse(JSON.parse(readFileSync(join(sample, 'models/replk3.json'), 'utf8')))
  writeFileSync(beside, JSON.stringify({ labels }))
  for (const name of ['bird', 'cat']) {
    mkdirSync(join(folder, 'images', name), { recursive: true })
    for (const file of readdirSync(join(sample, 'suites/val', name)).slice(0, 4))
      cpSync(join(sample, 'suites/val', name, file), join(folder, 'images', name, file))
  }
  expect((await run('workspace', 'create')).code).toBe(0)
}, 60_000)

describe('model set', () => {
  it('says after adding that a preprocessing is assumed, and how to find out', async () => {
    const { out, err } = await run('model', 'add', 'net.onnx')
    expect(out).toContain('assumed')
    expect(err).toContain('kernelscope model set 1 --try DATASET')
  })

  it('tries candidates and shows intervals and chance', async () => {
    const { code, out } = await run('model', 'set', 'net', '--try', 'images', '--images', '6')
    expect(code).toBe(0)
    expect(out).toContain('2 classes, so chance is 50.0 %')
    expect(out).toMatch(/\/6 +\d+\.\d % +\d+\.\d % to \d+\.\d %/)
    expect(out).toContain('(set now)')
  }, 60_000)

  it('sets single steps, with fractions, and a preset', async () => {
    const { out } = await run(
      'model',
      'set',
      'net',
      '--mean',
      '0.5',
      '--std',
      '1/255,1/4,2',
      '--resize',
      '120',
    )
    expect(out).toContain('shorter side 120, crop 96x96, bicubic, mean 0.5/0.5/0.5, std 0.003922/0.25/2')
    expect(out).toContain('known: set by hand')
    const preset = await run('model', 'set', 'net', '--preset', 'cifar10', '--interpolation', 'bicubic')
    expect(preset.out).toContain('squashed to 96x96, bicubic, mean 0.4914/0.4822/0.4465')
  })

  it.each([
    [['--mean', 'a'], 'Give numbers such as 0.485 or 1/255'],
    [['--std', '1,2'], 'Give one number, or three'],
    [['--preset', 'nothing'], 'unknown preset: nothing'],
    [['--crop', '32'], 'the model takes 96x96 pixels'],
    [[], 'nothing to set'],
  ])('refuses %j and says what is wrong', async (args, message) => {
    const { code, err } = await run('model', 'set', 'net', ...args)
    expect(code).not.toBe(0)
    expect(err).toContain(message)
  })

  it('notices a file beside the model that was changed, and takes it', async () => {
    const values = { size: [96, 96], resize: 'none', mean: [0.4, 0.4, 0.4], std: [0.2, 0.2, 0.2] }
    writeFileSync(beside, JSON.stringify({ preprocessing: values }))
    expect((await run('model', 'list')).err).toContain('says otherwise than what is stored: preprocessing')
    const { out } = await run('model', 'set', 'net', '--from-sidecar')
    expect(out).toContain('known: from net.json beside the model')
    expect((await run('model', 'list')).err).toBe('')
  })
})

describe('study run with other preprocessings', () => {
  const study = (...more: string[]) =>
    run('study', 'run', 'clean-accuracy', '--model', 'net', '--dataset', 'images', ...more)
  const both = ['--preprocessing', 'own', '--preprocessing', 'half']

  it('shows the model with both, and leaves its own study as it is', async () => {
    const { code, out } = await study(...both)
    expect(code).toBe(0)
    expect(out).toMatch(/^net +clean +8 /m)
    expect(out).toMatch(/^net \(mean and std 0\.5\) +clean +8 /m)
    expect(out).toContain('net (mean and std 0.5): shown with mean and std 0.5 instead of mean 0.4, std 0.2.')
    expect((await run('study', 'list')).out).toContain(
      "Clean accuracy, preprocessing: each model's own | mean and std 0.5",
    )
    expect((await study(...both, '--cost')).out).toContain('16, 16 of them stored')
    expect((await study('--cost')).out).toContain('8, 8 of them stored')
  })

  it('lists rows of one of them by its title', async () => {
    const { out } = await run('study', 'rows', '1', '--model', 'net (mean and std 0.5)')
    expect(out.match(/^net \(mean and std 0\.5\) /gm)).toHaveLength(8)
  })
})

describe('model remove', () => {
  it('says what it takes along, and removes only with --yes', async () => {
    const first = await run('model', 'remove', 'net')
    expect(first.out).toContain('net: leaves 1 study: Clean accuracy')
    expect(first.out).toContain('Nothing was removed. Repeat with --yes.')
    expect((await run('model', 'list')).out).toContain('net')
    expect((await run('model', 'remove', 'net', '--yes')).out).toContain('Removed.')
    expect((await run('model', 'list')).out).toContain('no models')
    expect((await run('model', 'remove', 'net')).err).toContain('there is no model net')
  })
})
