import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Whether this machine has a display. */
export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])

/**
 * Starts a virtual display (Xvfb) on a free number and sets `DISPLAY`. Gives a function that ends it. Does nothing where
 * there is a display.
 */
export async function ensureDisplay(): Promise<() => void> {
  if (hasDisplay()) return () => undefined
  const screen = ['-screen', '0', '1920x1200x24', '-nolisten', 'tcp', '-displayfd', '3']
  const child = spawn('Xvfb', screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const number = await new Promise<string>((resolve, reject) => {
    child.once('error', () => reject(new Error('Xvfb is missing; run `npm run setup`')))
    child.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code ?? '?'}`)))
    const pipe = child.stdio[3]
    if (pipe && 'read' in pipe) createInterface({ input: pipe }).once('line', resolve)
  })
  process.env['DISPLAY'] = `:${number}`
  return () => {
    child.removeAllListeners('exit')
    child.kill()
    delete process.env['DISPLAY']
  }
}
