/**
 * Stands for `ssh` in bench/remote.ts: runs its last argument in a shell, and holds back what goes in and comes out for half
 * of a round trip. Run: node bench/farLine.ts MILLISECONDS … COMMAND
 */
import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

const halfMs = Number(process.argv[2]) / 2
const child = spawn('sh', ['-c', process.argv.at(-1) ?? ''], { stdio: ['pipe', 'pipe', 'inherit'] })

/** Each piece comes so much later; none overtakes another. */
function late(from: Readable, to: Writable): void {
  from.on('data', (piece: Buffer) => void setTimeout(() => to.write(piece), halfMs))
  from.on('end', () => void setTimeout(() => to.end(), halfMs))
}

late(process.stdin, child.stdin)
late(child.stdout, process.stdout)
for (const stream of [child.stdin, process.stdout]) stream.on('error', () => undefined)
process.on('SIGTERM', () => child.kill())
child.on('exit', (code) => setTimeout(() => process.exit(code ?? 1), halfMs))
