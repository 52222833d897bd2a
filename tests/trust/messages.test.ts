import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { version } from '#engine/base/version.ts'
import { fromEngine } from '#shared/engineProtocol.ts'
import { generator, type Generator } from '#shared/random.ts'
import { startEngine, type EngineProcess } from '../engine/process.ts'
import { temporaryFolder } from '../temporary.ts'
import { shellMessage } from './fuzz/messages.ts'
import { rounds, seed } from './fuzz/rounds.ts'

const count = 100_000
const address = 500

async function engineIn(folder: string, before?: string): Promise<EngineProcess> {
  const logs = join(folder, 'logs')
  const engine = await startEngine(
    join(folder, 'state.json'),
    before === undefined ? { logs } : { logs, before },
  )
  onTestFinished(() => void engine.child.kill('SIGKILL'))
  return engine
}

const statusOf = (ready: EngineProcess['ready'], path: string, token = ready.token) =>
  new Promise<number>((resolve, reject) => {
    get({ socketPath: ready.socket, path, headers: { authorization: token } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
    }).on('error', reject)
  })

const anyAddress = (random: Generator): string => {
  const kinds = [
    'thumbnail',
    'image',
    'input',
    'film',
    'kernels',
    'attention',
    'shown',
    '__proto__',
    'constructor',
    '',
  ]
  const parts = ['1', '-1', '1e99', 'NaN', '%00', '%ff', '..', '%2e%2e', 'a'.repeat(500), '']
  const pick = (values: string[]) => values[random.integer(values.length)] ?? ''
  return `/bytes/${pick(kinds)}/${pick(parts)}/${pick(parts)}?${pick(parts)}=${pick(parts)}&transform=${pick(parts)}`
}

it(
  `${count} malformed messages and ${address} addresses end nothing and reach nothing`,
  { timeout: rounds * 120_000 },
  async () => {
    const folder = temporaryFolder()
    const { client, child, ready, stop } = await engineIn(folder)
    const random = generator('messages', seed)
    child.send({ type: 'connect', port: 2 })
    for (let sent = 0; sent < count * rounds; sent++) {
      child.send(shellMessage(random, 2))
      // A question now and then keeps the channel from filling up.
      if (sent % 20_000 === 0) await client.system.version()
    }
    const statuses = new Set<number>()
    for (let asked = 0; asked < address * rounds; asked++)
      statuses.add(await statusOf(ready, anyAddress(random)))
    expect([...statuses].filter((status) => ![400, 404, 409].includes(status))).toEqual([])
    expect(await statusOf(ready, '/bytes/image/1', 'wrong')).toBe(403)

    expect((await client.system.version()).kernelscope).toBe(version)
    // A stream tells its error by its code, too.
    const check = await client.bundles.verify({ path: join(folder, 'none.zip') })
    await expect(check.next()).rejects.toMatchObject({ code: 'FILE_MISSING' })
    expect(child.exitCode).toBeNull()
    const log = readFileSync(join(folder, 'logs', 'engine.log'), 'utf8')
    expect(log).toContain('a message of a window was dropped, number 1000 ')
    expect(log).toContain('a message that the shell does not send was dropped, number 1000 ')
    expect(/[^\n\t\P{Cc}]/u.test(log)).toBe(false)
    expect(readdirSync(join(folder, 'logs'))).toEqual(['engine.log'])
    await stop()
  },
)

it.each(['throw error', 'Promise.reject(error)'])(
  'a fault (%s) leaves a crash file with the end of the log, and the shell is told',
  async (fault) => {
    const folder = temporaryFolder()
    const before = `process.on('message', (message) => {
      const error = new Error('from the test')
      if (message === 'fall') ${fault}
    })`
    const { child } = await engineIn(folder, before)
    const fatal = new Promise((resolve) => {
      child.on('message', (raw) => {
        const message = fromEngine.parse(raw)
        if (message.type === 'fatal') resolve(message.problem)
      })
    })
    const ended = once(child, 'exit')
    child.send('stumble')
    child.send('fall')
    const [code] = await ended
    expect(code).toBe(1)
    const [name = '', ...others] = readdirSync(join(folder, 'logs'))
    expect(name).toMatch(/^crash-.*-engine\.txt$/)
    expect(others).toEqual(['engine.log'])
    const file = join(folder, 'logs', name)
    const text = readFileSync(file, 'utf8')
    expect(text).toContain(`kernelscope ${version}`)
    expect(text).toContain('Error: from the test')
    expect(text).toContain('a message that the shell does not send was dropped, number 1')
    expect(await fatal).toMatchObject({
      code: 'INTERNAL',
      message: 'from the test',
      details: expect.stringContaining(file),
    })
  },
)
