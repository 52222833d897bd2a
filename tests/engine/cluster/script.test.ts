import fc from 'fast-check'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { quoted, withVariables } from '#engine/cluster/quote.ts'
import { sbatchWords, submitCommand, taskScript, type TaskProfile } from '#engine/cluster/script.ts'
import { clusterProfile } from '#shared/contract/index.ts'
import { temporaryFolder } from '../../temporary.ts'

const profile: TaskProfile = {
  modules: [],
  prologue: '',
  scratch: '',
  stage: '',
  command: 'kernelscope',
  maps: [],
  cpus: 1,
}

it('quotes any text as one word of a shell', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((one) => !one.includes('\0'))
  const nasty = fc.stringMatching(/^[ '"\\$`!*;&|<>(){}\n\t#~]{0,12}$/)
  fc.assert(
    fc.property(fc.array(fc.oneof(text, nasty), { minLength: 60, maxLength: 60 }), (words) => {
      const out = execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(quoted).join(' ')}`], {
        encoding: 'utf8',
      })
      expect(out.split('\0').slice(0, -1)).toEqual(words)
    }),
    { numRuns: 10 },
  )
})

it('replaces variables in a path and runs nothing that stands in it', () => {
  const folder = temporaryFolder()
  const read = (text: string) =>
    execFileSync('sh', ['-c', `printf %s ${withVariables(text)}`], {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, WHO: 'me too' },
    })
  expect(read('/scratch/$WHO/${WHO}x')).toBe('/scratch/me too/me toox')
  for (const text of [
    '/a/$(touch x)',
    '/a/`touch x`',
    '/a/"; touch x; "',
    '/a/\\"$',
    '/a/${WHO:-$(touch x)}',
  ])
    expect(read(text)).toBe(text)
  expect(existsSync(join(folder, 'x'))).toBe(false)
})

/** A folder of a run with a task script, whose Kernelscope writes down what it is given. */
function runOf(folder: string, own: Partial<TaskProfile> = {}, body = 'exit 0') {
  for (const name of ['submissions', 'packs', 'ends', 'log'])
    mkdirSync(join(folder, name), { recursive: true })
  const program = join(temporaryFolder(), 'kernelscope')
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > "$SEEN"\n${body}\n`)
  chmodSync(program, 0o755)
  const script = join(folder, 'task.sh')
  writeFileSync(script, taskScript(folder, { ...profile, command: program, ...own }))
  writeFileSync(join(folder, 'submissions/4'), '7\n12ab\n')
  const seen = join(temporaryFolder(), 'seen')
  const scratch = temporaryFolder()
  const env = {
    PATH: process.env['PATH'],
    SLURM_ARRAY_TASK_ID: '1',
    SLURMD_NODENAME: 'n3',
    SEEN: seen,
    SLURM_TMPDIR: scratch,
  }
  return { script, seen, env, scratch, end: () => readFileSync(join(folder, 'ends/4.1'), 'utf8') }
}

describe('a task', () => {
  it('computes the unit of its line and says how it ended, whatever folders are called', () => {
    const folder = join(temporaryFolder(), `o'dd "$HOME" \`x\`\n name`)
    const maps = [{ from: `/a b'c`, to: '/d"e$f' }]
    const { script, seen, env, end, scratch } = runOf(folder, { maps, cpus: 3 }, 'exit 8')
    expect(spawnSync('bash', [script, '4'], { env }).status).toBe(8)
    const words = readFileSync(seen, 'utf8')
    expect(words.split('\n--')).toEqual([
      `study\npack\n${folder}/plan`,
      'unit\n12ab',
      `out\n${folder}/packs/12ab`,
      `scratch\n${scratch}`,
      `map\n/a b'c=/d"e$f`,
      'threads\n3\n',
    ])
    expect(end()).toBe('8 unit n3\n')
  })

  it('says that the prologue failed, and starts nothing then', () => {
    const { script, env, end, seen } = runOf(join(temporaryFolder(), 'run'), { prologue: 'cd /\nexit 5' })
    expect(spawnSync('bash', [script, '4'], { env }).status).toBe(5)
    expect(end()).toBe('5 prologue n3\n')
    expect(existsSync(seen)).toBe(false)
  })

  it('says so where SLURM tells it to end', async () => {
    const { script, env, end, seen } = runOf(
      join(temporaryFolder(), 'run'),
      {},
      'trap "exit 130" TERM\nwhile :; do sleep 0.05; done',
    )
    const child = spawn('bash', [script, '4'], { env, detached: true })
    await expect.poll(() => existsSync(seen)).toBe(true)
    // SLURM tells all processes of a task.
    process.kill(-(child.pid ?? 0), 'SIGTERM')
    await once(child, 'exit')
    expect(end()).toBe('130 unit n3\n')
  })
})

describe('a submission', () => {
  const given = clusterProfile.parse({ name: 'lab', folder: '/shared', gpus: 'a100:1', account: `o'x y` })
  const submission = {
    folder: '/shared/ks',
    token: 'ks1-2',
    number: 2,
    tasks: 3,
    atOnce: 2,
    avoid: ['n1', 'n4'],
  }

  it('has the limits of the profile, and each option as one word', () => {
    expect(sbatchWords(submission, given)).toEqual([
      'sbatch',
      '--parsable',
      '--job-name=ks1-2',
      '--array=0-2%2',
      '--chdir=/shared/ks',
      '--output=log/2.%a',
      '--open-mode=truncate',
      '--no-requeue',
      '--ntasks=1',
      '--cpus-per-task=1',
      '--time=30',
      `--account=o'x y`,
      '--gres=gpu:a100:1',
      '--exclude=n1,n4',
      '/shared/ks/task.sh',
      '2',
    ])
    expect(submitCommand(submission, ['1', '2a', '9'], given)).toMatch(
      /^printf '%s\\n' '1' '2a' '9' > '\/shared\/ks\/submissions\/2' && 'sbatch' /,
    )
  })

  it('refuses what could be read as an option or a sign of SLURM', () => {
    const refused = (change: object) => clusterProfile.safeParse({ ...given, ...change }).success
    for (const change of [
      { host: '-oProxyCommand=x' },
      { host: 'a b' },
      { folder: 'shared' },
      { folder: '/a%b' },
      { folder: '/a\nb' },
      { options: ['rm -rf'] },
      { memory: '8G; x' },
      { scratch: 'x' },
    ])
      expect([change, refused(change)]).toEqual([change, false])
  })
})
