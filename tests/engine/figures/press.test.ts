import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { renderFigure, type RenderRequest } from '#engine/figures/render.ts'
import { createPress, type Press } from '#engine/figures/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { bars, curves } from '../../shared/figures/specs.ts'
import { temporaryFolder } from '../../temporary.ts'

let press: Press | null = null
afterEach(async () => {
  await press?.close()
  press = null
})

const request = (spec = curves, format: RenderRequest['format'] = 'svg', dpi = 100): RenderRequest => ({
  content: { kind: 'figure', spec, options: { widthInches: 3.25, dpi } },
  format,
  dpi,
})

/** Writes a worker that throws at the figure with this id and answers every other one with one byte, after some code. */
function fragile(id: string, code = ''): URL {
  const file = join(temporaryFolder(), 'fragile.mjs')
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads'
     parentPort.on('message', (message) => {
       if (message === null) return parentPort.close()
       const { id, task } = message
       ${code}
       if (task.request.content.spec.id === '${id}') throw new Error('a native crash')
       parentPort.postMessage({ id, ok: true, value: new Uint8Array([7]) })
     })`,
  )
  return pathToFileURL(file)
}

/** Rendering and models start cold, on a machine that may have other work. */
const patient = { timeout: 120_000 }

describe('a press', patient, () => {
  it.each(['svg', 'pdf', 'png'] as const)('renders the same %s as this thread', async (format) => {
    press = createPress()
    const there = await press.render(request(bars, format))
    expect(Buffer.from(there).equals(Buffer.from(await renderFigure(request(bars, format))))).toBe(true)
  })

  it('says which figure needs more memory than there is, and draws the next one', async () => {
    press = createPress(
      fragile(
        'none',
        "const held = []; while (task.request.content.spec.id === 'curves') held.push(new Array(10_000).fill(0.5))",
      ),
      32,
    )
    await expect(press.render(request({ ...curves, id: 'curves' }))).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      message: 'curves needs more than 32 MiB to be drawn',
    })
    expect([...(await press.render(request({ ...curves, id: 'other' })))]).toEqual([7])
  })

  it('leaves this thread free while it renders', async () => {
    press = createPress()
    let done = false
    const rendered = press.render(request()).then(() => (done = true))
    let turns = 0
    while (!done) {
      turns++
      await turn()
    }
    await rendered
    expect(turns).toBeGreaterThan(10)
  })

  it('passes on errors with code, message and hint', async () => {
    press = createPress()
    const refused = press.render(request(curves, 'png', 40_000))
    await expect(refused).rejects.toBeInstanceOf(KernelscopeError)
    await expect(refused).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('invalid dpi: 40000'),
      hint: 'Lower dpi or width, or write SVG.',
    })
    expect((await press.render(request())).length).toBeGreaterThan(1000)
  })

  it('survives the death of its thread and loses only the figure that caused it', async () => {
    press = createPress(fragile('patch-drop'))
    const answers = await Promise.allSettled([
      press.render(request(bars)),
      press.render(request(curves)),
      press.render(request(bars)),
    ])
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(answers[1]).toMatchObject({
      reason: { code: 'INTERNAL', message: 'rendering patch-drop ended its thread' },
    })
  })

  it('when closed, cancels waiting figures, finishes the running one and stays closed', async () => {
    press = createPress()
    const [first, second] = [press.render(request()), press.render(request(bars))]
    const waiting = expect(second).rejects.toMatchObject({ code: 'CANCELLED' })
    const closed = press.close()
    expect((await first).length).toBeGreaterThan(1000)
    await waiting
    await closed
    await expect(press.render(request())).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('closes without having rendered', async () => {
    await createPress().close()
  })
})
