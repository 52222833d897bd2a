import { execFileSync } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { engineIs, openApp, tellOfFailure, type App } from './app.ts'

let shown: App
beforeAll(async () => {
  shown = await openApp()
})
afterAll(() => shown.close())
afterEach(({ task }) => tellOfFailure(shown, task))

/** The one child of the shell that is a plain Node. */
function enginePid({ app }: App) {
  const shell = app.process().pid
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  const row = rows.find(
    ([, parent, , ...args]) => parent === String(shell) && args.join(' ').includes('engine.js'),
  )
  return Number(row?.[0])
}

describe('the engine beside the window', () => {
  it('is shown as down at once when it is killed, and is ready again by itself', async () => {
    const { page } = shown
    await engineIs(page, 'ready')
    const first = enginePid(shown)
    const down = engineIs(page, 'down', 2000)
    process.kill(first, 'SIGKILL')
    await down
    await engineIs(page, 'ready')
    expect(enginePid(shown)).not.toBe(first)
  })

  it('is started anew when the user asks', async () => {
    const { page } = shown
    await engineIs(page, 'ready')
    const first = enginePid(shown)
    const down = engineIs(page, 'down', 5000)
    await page.evaluate(() => window.kernelscope.restartEngine())
    await down
    await engineIs(page, 'ready')
    expect(enginePid(shown)).not.toBe(first)
  })

  it('leaves with the window', async () => {
    const other = await openApp()
    const shell = other.app.process().pid
    try {
      await engineIs(other.page, 'ready')
    } finally {
      await other.close()
    }
    expect(children(shell)).toEqual([])
  })

  it('keeps no window open by being down', async () => {
    const other = await openApp()
    const gone = new Promise((resolve) => other.app.process().once('exit', resolve))
    try {
      // Every death makes the wait before the next start longer; the last one is 2 s.
      for (let deaths = 0; deaths < 4; deaths++) {
        await engineIs(other.page, 'ready')
        process.kill(enginePid(other), 'SIGKILL')
        await engineIs(other.page, 'down')
      }
    } finally {
      await other.close()
    }
    expect(await gone).toBe(0)
  })
})

function children(pid: number | undefined) {
  const table = execFileSync('ps', ['-eo', 'ppid=,args='], { encoding: 'utf8' })
  return table.split('\n').filter((line) => line.trim().startsWith(`${pid} `))
}
