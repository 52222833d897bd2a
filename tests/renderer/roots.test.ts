import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import { root } from '../../scripts/run.ts'

/** The frame sets the height of every page by a class, which only a component with a single root takes. */
it('gives every view one root element', () => {
  const router = readFileSync(path.join(root, 'src/renderer/router.ts'), 'utf8')
  const files = [...router.matchAll(/import\('\.\/(.+?\.vue)'\)/g)].map(
    ([, file = '']) => `src/renderer/${file}`,
  )
  expect(files.length).toBeGreaterThan(30)
  const rootsOf = (file: string) => {
    const { template } = parse(readFileSync(path.join(root, file), 'utf8')).descriptor
    const nodes = template?.ast?.children.filter((node) => node.type === 1) ?? []
    // The branches of a v-if count as one root.
    return nodes.filter(
      (node) => !('props' in node) || !node.props.some(({ name }) => /^else(-if)?$/.test(name)),
    ).length
  }
  expect(files.filter((file) => rootsOf(file) !== 1)).toEqual([])
})
