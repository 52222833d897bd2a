import { ESLint } from 'eslint'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

const isBorder = (rule: string) => rule.startsWith('boundaries/')

/** Rules of borders that a line breaks when it stands alone in a file of the tree. */
async function broken(eslint: ESLint, file: string, line: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${line}\n`, { filePath: join(root, file) })
  const rules = result?.messages.map(({ ruleId, message }) => ruleId ?? message) ?? []
  return [...new Set(rules)]
}

describe('the linter', () => {
  let eslint: ESLint
  beforeAll(() => {
    eslint = new ESLint({
      cwd: root,
      // Borders need no types, which take the parser most of its time.
      overrideConfig: { languageOptions: { parserOptions: { project: false } } },
      ruleFilter: ({ ruleId }) => isBorder(ruleId),
    })
  })

  it.each([
    ['a room of the engine, one that stands after it', 'src/engine/facts/index.ts', '../models/index.ts'],
    ['a room of the engine, a file inside another', 'src/engine/models/index.ts', '../facts/join.ts'],
    ['what kinds are made of, a kind', 'src/engine/studies/measure/grid.ts', '../kinds/lesion/index.ts'],
    ['a kind, what works on any study', 'src/engine/studies/kinds/lesion/index.ts', '../../store/plan.ts'],
    ['a kind, the registry', 'src/engine/studies/kinds/lesion/index.ts', '../../registry.ts'],
    ['bytes, handlers', 'src/engine/api/bytes/server.ts', '../handlers/models.ts'],
    [
      'a feature, one that is not planned',
      'src/renderer/features/figures/useNewFigure.ts',
      '../studies/cell/cell.ts',
    ],
    ['lib, a component', 'src/renderer/lib/format.ts', '../ui/table.ts'],
    ['the near end, the engine', 'src/remote/nearEnd.ts', '../engine/base/log.ts'],
    ['shared, the engine', 'src/shared/errors.ts', '../engine/base/log.ts'],
  ])('refuses that %s imports it', async (_, file, path) => {
    expect(await broken(eslint, file, `export * from '${path}'`)).toContain('boundaries/dependencies')
  })

  it('lets a planned import pass', async () => {
    expect(
      await broken(
        eslint,
        'src/engine/studies/kinds/lesion/index.ts',
        "export * from '../../definition/index.ts'",
      ),
    ).toEqual([])
  })
})
