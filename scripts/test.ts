// `npm test`: all checks, the fastest first. Prints the counts of the tests at the end.
import { conclude, runTests, together, wholeTree } from './checks.ts'
import { installForTests } from './setup/debian.ts'

await installForTests()

const failed = await together([...wholeTree, ['electron-vite', 'build', '--logLevel', 'warn']])
console.log('\n── tests')
if ((await runTests(['pure', 'mocked', 'parts', 'apart'], ['app'])) !== 0) failed.push('tests')
conclude(failed)
