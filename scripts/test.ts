// `npm test`: all checks, the fastest first. Prints the counts of the tests at the end.
import { conclude, runTests } from './checks.ts'
import { run, tool } from './run.ts'

const checks: [string, () => Promise<number>][] = [
  ['lint', () => run('npm', ['run', '--silent', 'lint'])],
  ['type check', () => run('npm', ['run', '--silent', 'typecheck'])],
  ['build', () => tool('electron-vite', 'build', '--logLevel', 'warn')],
  ['tests', () => runTests()],
]

const failed: string[] = []
for (const [name, check] of checks) {
  console.log(`\n── ${name}`)
  if ((await check()) !== 0) failed.push(name)
}
conclude(failed)
