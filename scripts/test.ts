// `npm test`: all checks, the fastest first. Prints the counts of the tests at the end.
import { conclude, lint, runTests, together, typeChecks } from './checks.ts'
import { installForTests } from './setup/debian.ts'

await installForTests()

const [eslint = [], prettier = []] = lint
const failed = await together([
  eslint,
  ...typeChecks,
  prettier,
  ['electron-vite', 'build', '--logLevel', 'warn'],
])
console.log('\n── tests')
if ((await runTests(['pure', 'mocked', 'parts', 'apart'], ['app'])) !== 0) failed.push('tests')
conclude(failed)
