import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '#shared/errors.ts'
import { figureFormat, tableFormat } from '#shared/contract/index.ts'
import { venues } from '#shared/figures/venues.ts'
import { runCli } from '../../src/cli/program.ts'
import { terminal } from './terminal.ts'

const docs = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')

/** Names in the "Commands" or "Options" part of a help text. */
async function helpOf(args: readonly string[], part: 'Commands' | 'Options'): Promise<string[]> {
  const { io, written } = terminal()
  await runCli([...args, '--help'], io, () => Promise.reject(new Error('help needs no engine')), '0.0.0')
  const lines = written.out.split(`${part}:\n`)[1]?.split('\n\n')[0]?.split('\n') ?? []
  return lines
    .flatMap((line) => /^ {2}(?:-\w, )?(--[\w-]+|\w[\w-]*)/.exec(line)?.[1] ?? [])
    .filter((name) => name !== 'help')
}

describe('docs/cli.md', () => {
  it('has every command', async () => {
    const all = await helpOf([], 'Commands')
    expect(all.length).toBeGreaterThan(8)
    for (const command of all) {
      const inner = await helpOf([command], 'Commands')
      for (const name of inner.length > 0 ? inner.map((word) => `${command} ${word}`) : [command])
        expect(docs, name).toMatch(new RegExp(`^${name}\\b`, 'm'))
    }
  })

  it('has every option', async () => {
    const commands = [
      [],
      ['study', 'run'],
      ['study', 'suite'],
      ['study', 'ranking'],
      ['study', 'rows'],
      ['study', 'draws'],
      ['model', 'add'],
      ['model', 'set'],
      ['model', 'remove'],
      ['model', 'inspect'],
      ['model', 'kernels'],
      ['model', 'attention'],
      ['model', 'saliency'],
      ['model', 'erf'],
      ['model', 'gradient'],
      ['dataset', 'add'],
      ['figure'],
      ['figure', 'compose'],
      ['table'],
      ['report', 'make'],
      ['bundle', 'make'],
      ['bundle', 'verify'],
    ]
    for (const command of commands) {
      const options = await helpOf(command, 'Options')
      expect(options.length, command.join(' ')).toBeGreaterThan(0)
      for (const option of options) expect(docs, `${command.join(' ')} ${option}`).toContain(option)
    }
  })

  it('has every error code under its exit code', () => {
    for (const [code, { exit }] of Object.entries(errorCodes)) {
      const row = docs.split('\n').find((line) => new RegExp(`^\\| +${exit} \\|`).test(line)) ?? ''
      const short = code.replace(/^(WORKSPACE|MODEL)(?=_)/, '')
      expect(
        row.includes(`\`${code}\``) || row.includes(`\`${short}\``),
        `${code} in the row of ${exit}`,
      ).toBe(true)
    }
  })

  it('has every format and venue', () => {
    for (const name of [...figureFormat.options, ...tableFormat.options, ...venues.map(({ id }) => id)])
      expect(docs, name).toMatch(new RegExp(`(?<![\\w-])${name}(?![\\w-])`))
  })
})
