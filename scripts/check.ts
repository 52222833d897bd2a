// `npm run check`: lint, types and the pure tests, for use between two edits. Tests that need sessions, processes or the
// window run in `npm test`.
import { cachedLint, conclude, runTests, together, typeChecks } from './checks.ts'

const [eslint = [], prettier = []] = cachedLint
const failed = await together([eslint, ...typeChecks, prettier])
console.log('\n── tests')
if ((await runTests(['pure', 'mocked'])) !== 0) failed.push('tests')
conclude(failed)
