import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { runningEngines } from '#engine/serve/running.ts'
import { parseFarAddress } from '#shared/farAddress.ts'
import { connectFar } from '../../src/cli/far.ts'
import { Interrupted } from '../../src/cli/farLink.ts'
import { farEngine, farFolder, program } from './far.ts'

const { folder, env } = farFolder()
const run = env['KERNELSCOPE_RUN']!
const workspace = join(folder, 'a workspace ü')
const address = parseFarAddress(`ssh://lab${workspace}`)

/** An engine that ends after 0.6 s without a window. It starts while other tests run. */
const idle = farFolder()
const lonely = farEngine({ ...idle.env, KERNELSCOPE_IDLE: '0.01' })
let begun = 0
beforeAll(async () => {
  lonely.engine.start()
  void lonely.is('ready').then(() => (begun = performance.now()))
})

describe('an engine on another machine', () => {
  const pidFile = join(folder, 'connection')
  const command = { file: 'sh', args: ['-c', `echo $$ > ${pidFile}; exec ${program} serve --stdio`] }
  const first = farEngine(env, { address, command, pingEveryMs: 1000 })
  /** Ends the program that the engine is reached through. */
  const cut = () => process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL')
  beforeAll(async () => {
    first.engine.start()
    await first.is('ready')
    await first.client().workspace.create({ path: workspace })
  })

  it('answers the contract, bytes and pings', async () => {
    expect((await first.client().workspace.info())?.path).toBe(workspace)
    const bytes = await first.engine.answering(1000)
    const answer = await bytes?.get('/bytes/image/1', new AbortController().signal)
    expect(answer?.status).toBe(404)
    await expect.poll(() => first.engine.state.roundTripMs).toBeGreaterThan(0)
    expect(first.engine.state).toMatchObject({ state: 'ready', host: 'lab', home: expect.any(String) })
  })

  it('passes on the code of an error', async () => {
    await expect(first.client().workspace.open({ path: '/nowhere' })).rejects.toMatchObject({
      data: { code: 'WORKSPACE_MISSING' },
    })
  })

  it('is reached by a socket that only its user can enter, and by nothing else', () => {
    expect(statSync(run).mode & 0o777).toBe(0o700)
    expect(readdirSync(run).filter((name) => name.endsWith('.sock'))).toHaveLength(1)
  })

  it('is shared by all windows on its workspace', async () => {
    const second = farEngine(env, { address })
    second.engine.start()
    await second.is('ready')
    const [one, two] = [first.client(), second.client()]
    await one.system.updateSettings({ seed: 77 })
    expect((await two.system.settings()).seed).toBe(77)
    expect(runningEngines(run)).toHaveLength(1)
    await second.engine.stop()
    expect((await one.system.settings()).seed).toBe(77)
  })

  it('of a window that named no workspace is another one, refuses one that is open, and is found again by its own', async () => {
    const other = farEngine(env)
    other.engine.start()
    await other.is('ready')
    expect(runningEngines(run)).toHaveLength(2)
    await expect(other.client().workspace.open({ path: workspace })).rejects.toMatchObject({
      data: { code: 'WORKSPACE_LOCKED' },
    })
    const opened = new Promise((resolve) =>
      other.engine.on('place', (place) => place !== null && resolve(place)),
    )
    const made = join(folder, 'made there')
    await other.client().workspace.create({ path: made })
    expect(await opened).toBe(made)
    const [before] = runningEngines(run).filter((engine) => engine.workspace === made)
    const down = other.is('down')
    other.engine.restart()
    await down
    await other.is('ready')
    // It was ended and started again, as it is asked for where a batch hangs.
    expect(runningEngines(run).map(({ pid }) => pid)).not.toContain(before?.pid)
    expect((await other.client().workspace.info())?.path).toBe(made)
    await other.engine.stop()
  })

  it('goes on while a connection is lost, and is found again', async () => {
    const [before] = runningEngines(run).filter((engine) => engine.workspace === workspace)
    const { states } = first
    states.length = 0
    const down = first.is('down')
    cut()
    await down
    await first.is('ready')
    expect(states.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1])).toEqual([
      'down',
      'starting',
      'ready',
    ])
    expect((await first.client().workspace.info())?.path).toBe(workspace)
    expect(runningEngines(run).filter((engine) => engine.workspace === workspace)).toEqual([before])
  })

  it('answers a command again after its connection was lost', async () => {
    const line = join(folder, 'line')
    const script = `echo $$ > ${line}; exec ${program} serve --stdio`
    const { engine } = farEngine(env, { address, command: { file: 'sh', args: ['-c', script] } })
    const told: string[] = []
    const far = await connectFar(engine, (words) => told.push(words))
    const jobs = await far.client.jobs.watch()
    const next = expect(jobs[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(Interrupted)
    process.kill(Number(readFileSync(line, 'utf8')), 'SIGKILL')
    await next
    expect((await far.client.workspace.info())?.path).toBe(workspace)
    expect(told).toEqual([
      expect.stringMatching(/^the connection to lab is lost, and is tried again: /),
      'the connection to lab is back',
    ])
    await far.close()
  })

  it('that was killed is started again with its workspace', async () => {
    const [before] = runningEngines(run).filter((engine) => engine.workspace === workspace)
    const down = first.is('down')
    process.kill(before!.pid, 'SIGKILL')
    await down
    await first.is('ready')
    expect((await first.client().workspace.info())?.path).toBe(workspace)
  })
})

describe('a far end', () => {
  const shell = (script: string, options = {}) =>
    farEngine(env, { command: { file: 'sh', args: ['-c', script] }, ...options })
  const problemOf = async (far: ReturnType<typeof farEngine>, state: 'down' | 'failed') => {
    far.engine.start()
    await far.is(state)
    const now = far.engine.state
    await far.engine.stop()
    return 'problem' in now ? now.problem : undefined
  }

  it('is found behind what a login shell prints', async () => {
    const welcome = `echo 'Welcome to lab'; printf 'no newline'`
    const far = shell(`${welcome}; exec ${program} serve --stdio`, { address })
    far.engine.start()
    await far.is('ready')
    expect((await far.client().system.version()).kernelscope).toBe('0.1.0')
    await far.engine.stop()
  })

  it('that is not installed, or of another version, says what installs it', async () => {
    const missing = await problemOf(shell('exec kernelscope-nowhere'), 'failed')
    expect(missing).toMatchObject({
      code: 'REMOTE_MISSING',
      hint: expect.stringContaining('remote install lab'),
    })
    const other = await problemOf(farEngine(env, { version: '9.9.9' }), 'failed')
    expect(other).toMatchObject({ code: 'REMOTE_MISSING', message: expect.stringContaining('9.9.9') })
  })

  it('that does not come back within a time ends the command', async () => {
    const once = join(folder, 'once')
    const hello = `printf '\\nkernelscope:stdio:1 {"version":"0.1.0","platform":"x","home":"/","workspace":null}\\n'`
    const { engine } = shell(`test -e ${once} && exit 255; touch ${once}; ${hello}; sleep 0.2`)
    const far = await connectFar(engine, () => undefined, 100)
    await expect(far.lost).rejects.toMatchObject({ code: 'REMOTE_LOST' })
    await far.close()
  })

  it('that says something else is given up', async () => {
    const noise = await problemOf(shell('yes hello | head -c 200000'), 'down')
    expect(noise?.message).toContain('no Kernelscope answers there')
  })

  it.each([
    ['Host key verification failed.', 'REMOTE_REFUSED', 'is not known here'],
    ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @', 'REMOTE_REFUSED', 'is not the known one'],
    ['me@lab: Permission denied (publickey).', 'REMOTE_REFUSED', 'did not accept the login'],
    ['ssh: connect to host lab port 22: Connection refused', 'REMOTE_LOST', 'Connection refused'],
    ['\u001b[31mred\u0007 alert', 'REMOTE_LOST', 'cannot be reached: [31mred alert'],
  ])('explains what ssh says: %s', async (said, code, message) => {
    const problem = await problemOf(
      shell(`printf '%s\\n' '${said}' >&2; exit 255`),
      code === 'REMOTE_LOST' ? 'down' : 'failed',
    )
    expect(problem).toMatchObject({ code, message: expect.stringContaining(message) })
  })

  const silent = `printf '\\nkernelscope:stdio:1 {"version":"0.1.0","platform":"x","home":"/","workspace":null}\\n'; exec sleep 100`

  it('that is silent counts as lost', async () => {
    // This process may be held up for less than five pings: more would count as a sleep.
    const far = shell(silent, { pingEveryMs: 200 })
    far.engine.start()
    await expect
      .poll(() => far.states.findLast((state) => state.state === 'down' && !state.busy))
      .toMatchObject({ problem: { message: 'the other machine stopped answering' } })
    expect(far.states.find(({ state }) => state === 'down')).toMatchObject({ busy: true })
    await far.engine.stop()
  })

  it('that is silent after this machine has slept counts as lost at once', async () => {
    const far = shell(silent, { pingEveryMs: 20, waitsMs: [60_000] })
    far.engine.start()
    await far.is('ready')
    // Nothing runs for ten times as long as between two pings, as in a sleep.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    await far.is('down')
    expect(far.states.filter((state) => state.state === 'down' && state.busy)).toEqual([])
    await far.engine.stop()
  })
})

it('ends by itself when nobody is there and nothing is to be done', async () => {
  await lonely.is('ready')
  const [engine] = runningEngines(idle.env['KERNELSCOPE_RUN']!)
  // Longer than it would be idle for: it has a window.
  await delay(Math.max(0, begun + 1500 - performance.now()))
  expect((await lonely.client().system.version()).kernelscope).toBe('0.1.0')
  await lonely.engine.stop()
  await expect.poll(() => existsSync(engine!.socket)).toBe(false)
})
