import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import type { EngineState } from '#shared/bridge.ts'
import { engineEnvironment } from '#shared/engineEnvironment.ts'
import { Engine, type EngineCommand } from '../../src/main/engine.ts'

const fixture = fileURLToPath(new URL('./fixtures/engine.ts', import.meta.url))
const running: Engine[] = []

function engineThat(mode: string, pings: Pick<EngineCommand, 'patience' | 'pingEveryMs'> = {}) {
  const engine = new Engine({ node: process.execPath, args: [fixture, mode], env: process.env, ...pings })
  const states: EngineState[] = []
  engine.on('state', (state) => states.push(state))
  running.push(engine)
  engine.start()
  return { engine, states }
}

const until = async (engine: Engine, state: EngineState['state']) => {
  while (engine.state.state !== state) await once(engine, 'state')
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((engine) => engine.stop()))
})

describe('the engine process', () => {
  it('is ready after its message, and passes messages on unread', async () => {
    const { engine, states } = engineThat('well')
    await until(engine, 'ready')
    engine.send({ type: 'rpc', port: 3, data: '{"i":1}' })
    const [message] = await once(engine, 'rpc')
    expect(message).toEqual({ type: 'rpc', port: 3, data: '{"i":1}' })
    expect(states.map(({ state }) => state)).toEqual(['starting', 'ready'])
  })

  it('is reported as down when it is killed, and starts again', async () => {
    const { engine, states } = engineThat('well')
    await until(engine, 'ready')
    const first = engine.pid
    process.kill(first ?? 0, 'SIGKILL')
    await until(engine, 'down')
    await until(engine, 'ready')
    expect(engine.pid).not.toBe(first)
    expect(states.map(({ state }) => state)).toEqual(['starting', 'ready', 'down', 'starting', 'ready'])
    expect(states[2]).toMatchObject({ problem: { code: 'ENGINE_DOWN' }, retryInMs: 250, restarts: 1 })
  })

  it('gives its address: at once, after the running start, or not at all', async () => {
    const { engine } = engineThat('well')
    const first = await engine.answering(30_000)
    expect(await engine.answering(0)).toBe(first)
    process.kill(engine.pid ?? 0, 'SIGKILL')
    await until(engine, 'down')
    expect(await engine.answering(0)).toBeNull()
    const second = await engine.answering(30_000)
    expect(second?.socket).toBeDefined()
    expect(second?.socket).not.toBe(first?.socket)
  })

  it('is reported as down while it does not answer, and is not restarted where it was only busy', async () => {
    const { engine, states } = engineThat('busy', { pingEveryMs: 100 })
    await until(engine, 'ready')
    const busy = engine.pid
    await until(engine, 'down')
    expect(states.at(-1)).toMatchObject({ problem: { message: 'the engine does not answer' } })
    await until(engine, 'ready')
    expect(engine.pid).toBe(busy)
  })

  it('is killed and started again when it never answers', async () => {
    const { engine, states } = engineThat('silent', { patience: 6, pingEveryMs: 100 })
    await until(engine, 'ready')
    const silent = engine.pid ?? 0
    while (!states.some(({ state }, i) => i > 0 && state === 'starting')) await once(engine, 'state')
    const last = states.filter((state) => state.state === 'down').at(-1)
    expect(last?.problem.message).toBe('the engine stopped answering')
    expect(isAlive(silent)).toBe(false)
  })

  it('waits longer after every quick death and reports the last output of the process', async () => {
    const { engine, states } = engineThat('dies at once')
    while (states.filter(({ state }) => state === 'down').length < 3) await once(engine, 'state')
    const downs = states.filter((state) => state.state === 'down')
    expect(downs.map(({ retryInMs }) => retryInMs)).toEqual([250, 500, 1000])
    expect(downs[0]?.problem.message).toContain('code 7')
    expect(downs[0]?.problem.details).toContain('native crash: bad weather')
  })

  it('passes on the reason that the engine gives', async () => {
    const { engine, states } = engineThat('fatal')
    await until(engine, 'down')
    expect(states.at(-1)).toMatchObject({ problem: { code: 'DISK_FULL', message: 'no space on /data' } })
  })

  it('is reported as down, without an exception, when its binary is missing', async () => {
    const engine = new Engine({ node: '/nowhere/node', args: [], env: process.env })
    running.push(engine)
    engine.start()
    await until(engine, 'down')
    expect(engine.state).toMatchObject({ problem: { code: 'ENGINE_DOWN' } })
  })

  it.each(['well', 'stubborn'])(
    'ends after stop, also when it is %s, and does not start again',
    async (mode) => {
      const { engine, states } = engineThat(mode)
      await until(engine, 'ready')
      const pid = engine.pid ?? 0
      await engine.stop()
      expect(isAlive(pid)).toBe(false)
      expect(states.at(-1)).toEqual({ state: 'ready' })
    },
  )
})

describe("the engine's environment", () => {
  it('loads no code that the environment of the app asks Node for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
    const file = join(folder, 'other.cjs')
    writeFileSync(file, 'console.log("loaded")')
    const run = (env: NodeJS.ProcessEnv) =>
      execFileSync(process.execPath, ['-p', 'process.env.HOME'], { env, encoding: 'utf8' })
    const asked = { ...process.env, HOME: folder, NODE_OPTIONS: `--require ${file}`, node_options: 'x' }
    expect(run(asked)).toBe(`loaded\n${folder}\n`)
    expect(run(engineEnvironment(asked))).toBe(`${folder}\n`)
    expect(engineEnvironment({ ELECTRON_RUN_AS_NODE: '1', NODE_PATH: '/x', PATH: '/bin' })).toEqual({
      PATH: '/bin',
      NVIDIA_TF32_OVERRIDE: '0',
      ORT_DISABLE_TELEMETRY: '1',
    })
    rmSync(folder, { recursive: true })
  })
})
