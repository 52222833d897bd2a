import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolderOfFile } from '../temporary.ts'

const root = join(import.meta.dirname, '../..')
const entry = join(root, 'src/cli/index.ts')
const bundle = join(root, 'out/main/cli.js')

const folder = temporaryFolderOfFile()

/** A home folder of its own, and an environment that says nothing of telemetry. */
function freshHome() {
  const home = mkdtempSync(join(folder, 'home-'))
  mkdirSync(join(home, 'tmp'))
  const { ORT_DISABLE_TELEMETRY: _, NODE_OPTIONS: __, ...rest } = process.env
  const val = join(root, 'resources/sample/suites/val')
  const [name = ''] = readdirSync(val).sort()
  const [file = ''] = readdirSync(join(val, name)).sort()
  const image = join(home, 'image.png')
  cpSync(join(val, name, file), image)
  const env = { ...rest, HOME: home, XDG_CACHE_HOME: join(home, '.cache'), TMPDIR: join(home, 'tmp') }
  return { home, image, env }
}

const inference = (script: string, image: string) => [
  script,
  ...['-q', 'model', 'saliency', join(root, 'resources/sample/models/replk3.onnx'), '--image', image],
]

const has = (tool: string, ...args: string[]) => spawnSync(tool, args).status === 0
const traced = ['-f', '--seccomp-bpf', '-qq', '-e', 'trace=network', '-o']
const traces = has('strace', ...traced, '/dev/null', 'true')
const isolates = has('unshare', '-rn', 'true')

describe.each([
  ['from source', entry],
  ['built', bundle],
])('inference %s', (_, script) => {
  const there = existsSync(script)
  const { home, image, env } = freshHome()
  const trace = join(home, 'tmp', 'trace')

  it.skipIf(!there)(`works${isolates ? ' without a network' : ''}`, () => {
    const [program = '', ...args] = [
      ...(isolates ? ['unshare', '-rn'] : []),
      ...(traces ? ['strace', ...traced, trace] : []),
      process.execPath,
      ...inference(script, image),
    ]
    const done = spawnSync(program, args, { env })
    expect(done.stderr.toString()).toBe('')
    expect(done.status).toBe(0)
  })

  it.skipIf(!there)('leaves no file outside the workspace and the temporary folder', () => {
    expect(readdirSync(home).sort()).toEqual(['image.png', 'tmp'])
  })

  it.skipIf(!there || !traces)('opens no socket but those between processes', () => {
    const calls = readFileSync(trace, 'utf8').split('\n')
    expect(calls.filter((call) => /\b(AF_INET6?|sin6?_addr)\b/.test(call))).toEqual([])
  })
})
