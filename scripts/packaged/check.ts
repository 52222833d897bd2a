import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { z } from 'zod'
import { ensureDisplay } from '../display.ts'
import { root } from '../run.ts'
import { unchecked } from './files.ts'
import { points, type Point } from './points.ts'
import { withPackaged } from './session.ts'

const address = z.object({ port: z.int() })

/** The unpacked app for Linux, which `npm run package` leaves; null where it was made for another system. */
export function packagedExecutable(): string | null {
  const file = path.join(root, 'dist/linux-unpacked/kernelscope')
  return process.platform === 'linux' && existsSync(file) ? file : null
}

/**
 * Starts a packaged app and checks the twenty points of Electron's guide on security in it. Prints each, and returns those
 * that do not hold.
 *
 * @param electron version of the Electron that was packaged
 */
export async function checkPackaged(executable: string, electron: string): Promise<Point[]> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.setHeader('access-control-allow-origin', '*')
    response.end('heard')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = address.parse(server.address())
  const endDisplay = await ensureDisplay()
  const folder = path.dirname(executable)
  try {
    // A variable that would load code into every Node of the app.
    const env = { ...process.env, NODE_OPTIONS: '--require /nowhere.cjs' }
    return await withPackaged(executable, env, async (page) => {
      const failed: Point[] = []
      for (const [at, point] of points.entries()) {
        const { title, check } = point
        const verdict = await check({
          page,
          executable,
          resources: path.join(folder, 'resources'),
          electron,
          remote: `http://127.0.0.1:${port}`,
          heard,
        }).catch((error: unknown) => String(error))
        const isKnown = verdict !== unchecked
        if (verdict !== null && isKnown) failed.push(point)
        const word = verdict === null ? 'holds' : isKnown ? 'FAILS' : '  ?  '
        console.log(`  ${word}  ${at + 1}. ${title}${verdict === null ? '' : `: ${verdict}`}`)
      }
      return failed
    })
  } finally {
    endDisplay()
    server.close()
  }
}
