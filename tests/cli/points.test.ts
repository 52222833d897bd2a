import { cpSync, readdirSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { createEngine } from '#engine/api/index.ts'
import { runCli } from '../../src/cli/program.ts'
import { temporaryFolder } from '../temporary.ts'
import { terminal } from './terminal.ts'

const sample = resolve(import.meta.dirname, '../../resources/sample')

it('study rows lists the images behind a point, and names the existing points', async () => {
  const folder = temporaryFolder()
  const from = join(sample, 'suites/val/bird')
  mkdirSync(join(folder, 'images/bird'), { recursive: true })
  for (const file of readdirSync(from).sort().slice(0, 3))
    cpSync(join(from, file), join(folder, 'images/bird', file))
  const run = async (...args: string[]) => {
    const { io, written } = terminal({ cwd: folder })
    const code = await runCli(
      [...args, '-w', 'workspace'],
      io,
      (overrides) => createEngine({ overrides }),
      '1.2.3',
    )
    return { code, ...written }
  }
  expect((await run('workspace', 'create', 'workspace')).code).toBe(0)
  const options = ['--model', join(sample, 'models/replk3.onnx'), '--dataset', 'images', '--images', '3']
  expect(await run('study', 'run', 'feature-variance', ...options)).toMatchObject({ code: 0 })

  const unnamed = await run('study', 'rows', '1')
  expect([unnamed.code, unnamed.err]).toEqual([2, expect.stringContaining('place=1 place=2')])

  const asked = async (order: string) =>
    z
      .object({ rows: z.array(z.looseObject({ key: z.string(), image: z.string(), value: z.number() })) })
      .parse(
        JSON.parse(
          (await run('study', 'rows', '1', '--key', 'place=2', '--sort', order, '--json')).out,
        ) as unknown,
      ).rows
  const [down, up] = [await asked('largest'), await asked('smallest')]
  expect(down.map(({ value }) => value)).toEqual(up.map(({ value }) => value).toReversed())
  expect(new Set(down.map(({ image }) => image)).size).toBe(3)
  expect((await run('study', 'rows', '1', '--key', 'place=2')).out).toContain(down[0]?.image)
})
