import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { extract } from 'tar'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { install, remove } from '../../src/remote/install/install.ts'
import type { Payload } from '../../src/remote/install/payload.ts'
import { payloadOf } from '../../src/remote/install/payload.ts'
import { planInstall } from '../../src/remote/install/plan.ts'
import { parseProbe, probe, type Probe } from '../../src/remote/install/probe.ts'
import { runThrough, type Run } from '../../src/remote/install/run.ts'
import { tarOf } from '../../src/remote/install/tar.ts'
import { sshCommand } from '../../src/remote/ssh.ts'
import { noSshd, startSsh, type SshServer } from '../ssh.ts'
import { temporaryFolder, temporaryFolderOfFile } from '../temporary.ts'

const root = join(import.meta.dirname, '../..')
const base = temporaryFolderOfFile()

/** A small engine: a program that says its version. */
function smallEngine(version: string, extra = ''): Payload {
  const folder = temporaryFolder()
  const files: Record<string, string> = {
    'app/bin/kernelscope': `#!/bin/sh\ncat "$(dirname "$(readlink -f "$0")")/../version"\n`,
    'app/version': `${version}\n`,
    [`app/node_modules/${'deep/'.repeat(25)}${'x'.repeat(90)}.js`]: extra,
  }
  const all = Object.entries(files).map(([name, text]) => {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
    return { name, path, bytes: Buffer.byteLength(text), executable: name === 'app/bin/kernelscope' }
  })
  const made = { platform: process.platform, arch: process.arch, glibc: null }
  const bytes = all.reduce((sum, file) => sum + file.bytes, 0)
  return { version, build: `${version}-${extra.length}abc`, bytes, made, files: all }
}

/** A machine that is this one, with a home folder of its own. */
function machine(): { home: string; run: Run } {
  const home = temporaryFolder()
  return {
    home,
    run: runThrough((command) => ({ file: 'sh', args: ['-c', command] }), { ...process.env, HOME: home }),
  }
}
const cacheOf = (home: string) => join(home, '.cache/kernelscope')
const put = (run: Run, payload: Payload) => install(run, 'lab', payload, { told: () => undefined })

describe('an installation', () => {
  it('is there under its version once it has said that version, and older builds stay', async () => {
    const { home, run } = machine()
    const [first, second] = [smallEngine('1.2.3'), smallEngine('1.2.3', 'other')]
    const steps = new Set<string>()
    await install(run, 'lab', first, {
      told: ({ step, bytes, total }) => steps.add(`${step} ${bytes === total}`),
    })
    expect([...steps]).toEqual(['preparing false', 'sending false', 'sending true', 'checking true'])
    expect(readlinkSync(join(cacheOf(home), '1.2.3'))).toBe(first.build)
    expect((await probe(run, 'lab')).builds).toMatchObject([{ name: first.build, version: '1.2.3' }])
    await put(run, second)
    const found = await probe(run, 'lab')
    expect(found.builds.map(({ name, version }) => [name, version])).toEqual([
      [first.build, null],
      [second.build, '1.2.3'],
    ])
    expect(planInstall(second, found)).toEqual({ state: 'ready', by: 'cache' })
    expect(planInstall(first, found)).toMatchObject({ state: 'install' })
    await put(run, first)
    expect(readlinkSync(join(cacheOf(home), '1.2.3'))).toBe(first.build)
    expect(await remove(run, 'lab', [first.build, second.build])).toEqual([first.build, second.build])
    expect(readdirSync(cacheOf(home))).toEqual([])
  })

  it('keeps nothing where the bytes were changed on their way, or what came does not run', async () => {
    const { home, run } = machine()
    const flipping: Run = async (command, input) =>
      run(
        command,
        command.includes('pack.tgz')
          ? (async function* () {
              for await (const piece of input) {
                const part = Buffer.from(piece)
                if (part.length > 50) part[40] = 255 - (part[40] ?? 0)
                yield part
              }
            })()
          : input,
      )
    await expect(put(flipping, smallEngine('1.0.0'))).rejects.toMatchObject({ code: 'FILE_CHANGED' })
    const mute = smallEngine('1.0.0')
    writeFileSync(join(mute.files[1]!.path), 'fault\n')
    await expect(put(run, mute)).rejects.toMatchObject({ code: 'UNSUPPORTED', message: /fault/ })
    const cut: Run = (command, input) =>
      command.includes('pack.tgz') ? run('exit 3', input) : run(command, input)
    await expect(put(cut, smallEngine('1.0.0'))).rejects.toMatchObject({ code: 'REMOTE_LOST' })
    expect(readdirSync(cacheOf(home))).toEqual([])
  })

  it('is not removed while something runs from it', async () => {
    const { home, run } = machine()
    const engine = smallEngine('1.0.0')
    await put(run, engine)
    const program = join(cacheOf(home), engine.build, 'app/bin/waits')
    writeFileSync(program, '#!/bin/sh\nread line\n')
    chmodSync(program, 0o755)
    const child = spawn(program, { stdio: ['pipe', 'ignore', 'ignore'] })
    await expect(remove(run, 'lab', [engine.build])).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    child.stdin.end()
    await new Promise((resolve) => child.once('exit', resolve))
    expect(await remove(run, 'lab', [engine.build])).toEqual([engine.build])
  })

  it('takes no name that a shell could take for something else', async () => {
    const { run } = machine()
    for (const name of ['$(touch x)', '../up', 'a b', "a'b", '', '-rf', 'a/b'])
      await expect(remove(run, 'lab', [name])).rejects.toMatchObject({ code: 'USAGE' })
    await expect(put(run, { ...smallEngine('1'), build: '`id`' })).rejects.toMatchObject({ code: 'USAGE' })
  })
})

describe('the plan', () => {
  const far: Probe = {
    ...{ platform: 'linux', arch: 'x64', libc: 'glibc 2.36', free: 2 ** 40 },
    ...{ tools: ['tar', 'gzip', 'sha256sum'], builds: [], onPath: null },
  }
  const own = {
    ...{ version: '1.0.0', build: '1.0.0-abc', bytes: 2 ** 28 },
    made: { platform: 'linux', arch: 'x64', glibc: '2.28' },
  }
  const plan = (other: Partial<Probe>) => planInstall(own, { ...far, ...other })

  it('is to send the engine where it can run, and else to say how it is installed by hand', () => {
    expect(plan({})).toMatchObject({ state: 'install' })
    expect(plan({ libc: 'glibc 2.28' }).state).toBe('install')
    const refused: [Partial<Probe>, string][] = [
      [{ arch: 'arm64' }, 'for linux on x64'],
      [{ platform: 'darwin' }, 'darwin on x64'],
      [{ libc: 'glibc 2.17' }, 'has 2.17'],
      [{ libc: 'musl' }, 'has musl'],
      [{ tools: ['tar', 'openssl'] }, 'no gzip'],
      [{ tools: ['tar', 'gzip'] }, 'no sha256sum'],
      [{ free: 2 ** 28 }, '384 MiB are needed'],
    ]
    for (const [other, why] of refused) {
      expect(plan(other)).toMatchObject({ state: 'byHand', why: expect.stringContaining(why) })
    }
  })

  it('is nothing where this version is there already', () => {
    const builds = [{ name: '1.0.0-abc', version: '1.0.0', bytes: 1 }]
    expect(plan({ builds })).toEqual({ state: 'ready', by: 'cache' })
    const path = { path: '/usr/local/bin/kernelscope', version: '1.0.0' }
    expect(plan({ arch: 'arm64', onPath: path })).toEqual({ state: 'ready', by: 'path' })
    expect(plan({ arch: 'arm64', onPath: { ...path, version: '0.9.0' } }).state).toBe('byHand')
  })
})

describe('the answer of a machine', () => {
  it('is found among what a login shell prints', () => {
    const out =
      'Welcome!\nks probe\nks system Linux\nks machine aarch64\nks libc glibc 2.31\nks free 100\nks tool tar\nks build 1.0-a 12\nks version 1.0 1.0-a\nks path 1.0 /opt/my tools/kernelscope\nks end\nbye\n'
    expect(parseProbe(out)).toEqual({
      ...{ platform: 'linux', arch: 'arm64', libc: 'glibc 2.31', free: 102_400, tools: ['tar'] },
      builds: [{ name: '1.0-a', version: '1.0', bytes: 12_288 }],
      onPath: { path: '/opt/my tools/kernelscope', version: '1.0' },
    })
  })

  it('is none where it is not whole, and names in it are never trusted', async () => {
    expect(parseProbe('ks probe\nks system Linux\n')).toBeNull()
    const evil = parseProbe('ks probe\nks build $(id) 5\nks build ../up 5\nks free 1e99\nks end\n')
    expect(evil).toMatchObject({ builds: [], free: null, platform: '' })
    const mute: Run = async () => ({ code: 1, out: '', said: 'no shell\nThis account is closed.' })
    await expect(probe(mute, 'lab')).rejects.toMatchObject({
      code: 'REMOTE_LOST',
      message: /account is closed/,
    })
  })
})

async function allOf<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const piece of pieces) all.push(piece)
  return all
}

it('packs names of any length that the format has, as tar reads them', async () => {
  const { files } = smallEngine('1.0.0', 'content')
  const folder = temporaryFolder()
  const archive = join(folder, 'a.tar')
  writeFileSync(archive, Buffer.concat(await allOf(tarOf(files))))
  await extract({ file: archive, cwd: folder })
  for (const { name, path } of files) expect(readFileSync(join(folder, name))).toEqual(readFileSync(path))
  const long = { ...files[0]!, name: 'x'.repeat(300) }
  await expect(allOf(tarOf([long]))).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  await expect(allOf(tarOf([{ ...files[0]!, bytes: 3 }]))).rejects.toMatchObject({
    code: 'FILE_CHANGED',
  })
})

it('is made of what the engine of a checkout runs with, and of nothing that it is built with', () => {
  const node = join(root, 'node_modules/node/bin/node')
  const payload = payloadOf({ app: root, node })
  const names = payload.files.map(({ name }) => name)
  for (const name of [
    'app/package.json',
    'app/bin/kernelscope',
    'app/src/cli/index.ts',
    'app/node_modules/zod/package.json',
  ])
    expect(names).toContain(name)
  expect(names.filter((name) => /node_modules\/(electron|vue|typescript|vitest)\//.test(name))).toEqual([])
  expect(names.filter((name) => name.endsWith('.node')).every((name) => !/win32|darwin/.test(name))).toBe(
    true,
  )
  expect(payload.build).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{12}$/)
  expect(payloadOf({ app: root, node }).build).toBe(payload.build)
  expect(() => payloadOf({ app: base, node })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
})

describe.skipIf(noSshd !== null)('over OpenSSH', () => {
  let ssh: SshServer
  const home = join(base, 'home')
  beforeAll(async () => {
    mkdirSync(home, { recursive: true })
    ssh = await startSsh({ HOME: home })
  })
  afterAll(() => ssh.close())
  const lab = { user: null, host: 'lab', port: null }
  const over = (signal?: AbortSignal) =>
    runThrough((command) => sshCommand(lab, command, ssh.env), ssh.env, signal)

  it('a machine is asked, gets the engine, and is rid of it', async () => {
    const run = over()
    const before = await probe(run, 'lab')
    expect(before).toMatchObject({ platform: process.platform, arch: process.arch, builds: [] })
    const engine = smallEngine('2.0.0', 'x'.repeat(300_000))
    await put(run, engine)
    expect(planInstall(engine, await probe(run, 'lab'))).toEqual({ state: 'ready', by: 'cache' })
    expect(readdirSync(cacheOf(home)).sort()).toEqual(['2.0.0', engine.build])
    await remove(run, 'lab', [engine.build])
    expect(readdirSync(cacheOf(home))).toEqual([])
  })

  it('an installation is stopped, and leaves nothing', async () => {
    const stop = new AbortController()
    const run = over(stop.signal)
    const engine = smallEngine('2.0.0')
    const told = ({ step }: { step: string }) => step === 'sending' && stop.abort()
    await expect(install(run, 'lab', engine, { told, signal: stop.signal })).rejects.toThrow()
    expect(readdirSync(cacheOf(home)).filter((name) => !name.startsWith('.incoming'))).toEqual([])
  })
})
