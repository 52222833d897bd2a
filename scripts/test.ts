// `npm test`: everything that can be checked, in the order in which it fails fastest. Ends with the lines of vitest.
import { run, tool } from './run.ts'

const checks: [string, () => Promise<number>][] = [
  ['lint', () => run('npm', ['run', '--silent', 'lint'])],
  ['type check', () => run('npm', ['run', '--silent', 'typecheck'])],
  ['build', () => tool('electron-vite', 'build', '--logLevel', 'warn')],
  ['tests', () => tool('vitest', 'run')],
]

const failed: string[] = []
for (const [name, check] of checks) {
  console.log(`\n── ${name}`)
  if ((await check()) !== 0) failed.push(name)
}
if (failed.length > 0) {
  console.error(`failed: ${failed.join(', ')}`)
  process.exit(1)
}
