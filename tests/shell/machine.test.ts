import { EventEmitter } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { EngineState } from '#shared/bridge.ts'
import { CurrentEngine, type AnyEngine } from '../../src/main/currentEngine.ts'
import { Machine } from '../../src/main/machine.ts'
import { temporaryFolderOfFile } from '../temporary.ts'

/** An engine that only says what it is told to. */
class Spoken extends EventEmitter implements AnyEngine {
  state: EngineState = { state: 'starting' }
  calls: string[] = []
  start = () => void this.calls.push('start')
  restart = () => void this.calls.push('restart')
  send = () => this.calls.push('send') > 0
  stop = async () => void this.calls.push('stop')
  answering = async () => null
  say(state: EngineState): void {
    this.state = state
    this.emit('state', state)
    if (state.state === 'ready') this.emit('ready')
  }
}

let [here, there] = [new Spoken(), new Spoken()]
let current = new CurrentEngine(here)
let heard: string[] = []
beforeEach(() => {
  ;[here, there] = [new Spoken(), new Spoken()]
  current = new CurrentEngine(here)
  heard = []
  current.on('state', ({ state }) => heard.push(state))
  current.on('ready', () => heard.push('answers'))
})

describe('the engine that windows use', () => {
  it('is another one after a change: ports are lost first, then the other one answers', async () => {
    here.say({ state: 'ready' })
    there.say({ state: 'ready', host: 'lab' })
    heard.length = 0
    await current.use(there)
    expect(heard).toEqual(['starting', 'ready', 'answers'])
    expect(current.state.host).toBe('lab')
    expect(here.calls).toEqual(['stop'])
    here.say({ state: 'ready' })
    expect(heard).toHaveLength(3)
    current.send({ type: 'connect', port: 1 })
    expect([here.calls, there.calls]).toEqual([['stop'], ['send']])
  })
})

describe('the machine of the engine', () => {
  const folder = temporaryFolderOfFile()
  const file = path.join(folder, 'user', 'machine.json')
  const machine = (bin = '/nowhere') =>
    new Machine({ version: '0.1.0', env: { PATH: `${bin}:/usr/bin:/bin` }, local: () => here, file })
  /** An `ssh` that runs a script. */
  const ssh = (name: string, script: string) => {
    const bin = path.join(folder, name)
    mkdirSync(bin)
    writeFileSync(path.join(bin, 'ssh'), `#!/bin/sh\n${script}\n`)
    chmodSync(path.join(bin, 'ssh'), 0o755)
    return bin
  }
  const answers = `printf '\\nkernelscope:stdio:1 {"version":"0.1.0","platform":"x","home":"/home/$&","workspace":null}\\n'; exec sleep 100`

  it('stays where the address is none, or the machine refuses', async () => {
    expect(await machine().use(current, 'ssh://-oProxyCommand=x')).toMatchObject({
      problem: { code: 'USAGE' },
    })
    const refusing = ssh('refusing', 'echo "Host key verification failed." >&2; exit 255')
    expect(await machine(refusing).use(current, 'ssh://lab')).toMatchObject({
      problem: { code: 'REMOTE_REFUSED', message: 'the host key of lab is not known here' },
    })
    expect(here.calls).toEqual([])
    expect(existsSync(file)).toBe(false)
  })

  it('stays where connecting is given up', async () => {
    const waiting = machine(ssh('waiting', 'exec sleep 100'))
    const answer = waiting.use(current, 'ssh://lab')
    waiting.stop()
    expect(await answer).toMatchObject({ problem: { code: 'CANCELLED' } })
    expect(here.calls).toEqual([])
  })

  it('is another one once it answers, is remembered, and left again', async () => {
    const lab = machine(ssh('answering', answers))
    expect(await lab.use(current, 'ssh://lab/~/ws')).toEqual({ workspace: '/home/$&/ws' })
    expect(current.state).toMatchObject({ state: 'ready', host: 'lab' })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ address: 'ssh://lab/~/ws' })
    expect(machine().first()).not.toBe(here)
    expect(await lab.use(current, null)).toEqual({ workspace: null })
    expect(current.state.host).toBeUndefined()
    expect(existsSync(file)).toBe(false)
    expect(machine().first()).toBe(here)
  })

  it.each(['{', '{"address": "ssh://-oProxyCommand=x"}', '{"address": 3}'])(
    'is this one where the file says %s',
    (text) => {
      writeFileSync(file, text)
      expect(machine().first()).toBe(here)
    },
  )
})
