import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { engineIs, engineWillBe, openApp, tellOfFailure, type App } from './app.ts'

let shown: App
beforeAll(async () => {
  shown = await openApp()
})
afterAll(() => shown.close())
afterEach(({ task }) => tellOfFailure(shown, task))

/** Process id of the engine: the only child of the shell that runs plain Node. */
function enginePid({ app }: App) {
  const shell = app.process().pid
  const table = execFileSync('ps', ['-ww', '-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  const row = rows.find(
    ([, parent, , ...args]) => parent === String(shell) && args.join(' ').includes('engine.js'),
  )
  return Number(row?.[0])
}

describe('the engine beside the window', () => {
  it('is shown as down at once when it is killed, and becomes ready again by itself', async () => {
    const { page } = shown
    await engineIs(page, 'ready')
    const first = enginePid(shown)
    const down = await engineWillBe(page, 'down')
    process.kill(first, 'SIGKILL')
    await down()
    await engineIs(page, 'ready')
    expect(enginePid(shown)).not.toBe(first)
  })

  it('is started again when the user asks', async () => {
    const { page } = shown
    await engineIs(page, 'ready')
    const first = enginePid(shown)
    const down = await engineWillBe(page, 'down')
    await page.evaluate(() => window.kernelscope.restartEngine())
    await down()
    await engineIs(page, 'ready')
    expect(enginePid(shown)).not.toBe(first)
  })

  it('ends with the window', async () => {
    const other = await openApp()
    let engine = NaN
    try {
      await engineIs(other.page, 'ready')
      engine = enginePid(other)
      expect(lives(engine)).toBe(true)
    } finally {
      await other.close()
    }
    await expect.poll(() => lives(engine), { timeout: 30_000 }).toBe(false)
  })

  it('does not keep the window open while it is down', async () => {
    const other = await openApp()
    const gone = new Promise((resolve) => other.app.process().once('exit', resolve))
    try {
      // Every failure lengthens the wait before the next start. The last wait is 2 s.
      for (let deaths = 0; deaths < 4; deaths++) {
        await engineIs(other.page, 'ready')
        const down = await engineWillBe(other.page, 'down')
        process.kill(enginePid(other), 'SIGKILL')
        await down()
      }
    } finally {
      await other.close()
    }
    expect(await gone).toBe(0)
  })
})

function lives(pid: number) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
