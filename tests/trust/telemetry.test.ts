import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../temporary.ts'

const root = join(import.meta.dirname, '../..')
const entry = join(root, 'src/cli/index.ts')
const bundle = join(root, 'out/main/cli.js')

/** A home folder of its own, and an environment that says nothing of telemetry. */
function freshHome() {
  const home = temporaryFolder()
  const { ORT_DISABLE_TELEMETRY: _, NODE_OPTIONS: __, ...rest } = process.env
  const val = join(root, 'resources/sample/suites/val')
  const [name = ''] = readdirSync(val).sort()
  const [file = ''] = readdirSync(join(val, name)).sort()
  const image = join(home, 'image.png')
  cpSync(join(val, name, file), image)
  mkdirSync(join(home, 'tmp'))
  const env = { ...rest, HOME: home, XDG_CACHE_HOME: join(home, '.cache'), TMPDIR: join(home, 'tmp') }
  return { home, image, env }
}

const inference = (script: string, image: string) => [
  script,
  ...['-q', 'model', 'saliency', join(root, 'resources/sample/models/replk3.onnx'), '--image', image],
]

const has = (tool: string, ...args: string[]) => spawnSync(tool, args).status === 0

describe.each([
  ['from source', entry],
  ['built', bundle],
])('inference %s', (_, script) => {
  it.skipIf(!existsSync(script))('leaves no file outside the workspace and the temporary folder', () => {
    const { home, image, env } = freshHome()
    execFileSync(process.execPath, inference(script, image), { env, stdio: 'pipe' })
    expect(readdirSync(home).sort()).toEqual(['image.png', 'tmp'])
  })

  it.skipIf(!existsSync(script) || !has('strace', '-V'))(
    'opens no socket but those between processes',
    () => {
      const { home, image, env } = freshHome()
      const trace = join(home, 'tmp', 'trace')
      const args = ['-f', '-qq', '-e', 'trace=network', '-o', trace, process.execPath]
      execFileSync('strace', [...args, ...inference(script, image)], { env, stdio: 'pipe' })
      const calls = readFileSync(trace, 'utf8').split('\n')
      expect(calls.filter((call) => /\b(AF_INET6?|sin6?_addr)\b/.test(call))).toEqual([])
    },
  )

  it.skipIf(!existsSync(script) || !has('unshare', '-rn', 'true'))('needs no network', () => {
    const { image, env } = freshHome()
    const done = spawnSync('unshare', ['-rn', process.execPath, ...inference(script, image)], { env })
    expect(done.stderr.toString()).toBe('')
    expect(done.status).toBe(0)
  })
})
