import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runningEngines } from '#engine/serve/index.ts'

const program = join(import.meta.dirname, '../bin/kernelscope')

/**
 * Puts an `ssh` on the PATH of this process that leads to this machine, over a line with a delay, for any host. Its engines
 * lie in `folder`.
 *
 * @param ms time from here to there and back
 * @returns ends the engines that were reached, and gives the PATH back
 */
export function delayedSsh(folder: string, ms: number): () => void {
  const bin = join(folder, `bin-${ms}`)
  const run = join(folder, 'run')
  mkdirSync(bin, { recursive: true })
  const line = join(import.meta.dirname, 'farLine.ts')
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec "${process.execPath}" "${line}" ${ms} "$@"\n`)
  writeFileSync(join(bin, 'kernelscope'), `#!/bin/sh\nexec "${program}" "$@"\n`)
  for (const name of ['ssh', 'kernelscope']) chmodSync(join(bin, name), 0o755)
  const before = process.env['PATH']
  process.env['PATH'] = `${bin}:${before}`
  process.env['KERNELSCOPE_RUN'] = run
  process.env['KERNELSCOPE_IDLE'] = '1'
  return () => {
    process.env['PATH'] = before
    for (const { pid } of runningEngines(run)) process.kill(pid)
  }
}
