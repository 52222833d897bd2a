import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { portableParams, writeArchive } from '#engine/bundles/index.ts'
import { writeLines } from '#engine/bundles/lines.ts'
import { studyDefinition } from '#engine/studies/index.ts'
import { temporaryFolder } from '../../temporary.ts'

describe('the lines of a bundle', () => {
  it('are written in order, after their header', async () => {
    const path = join(temporaryFolder(), 'lines.csv')
    const lines = await writeLines(path, 'a', 2 ** 30)
    const texts = Array.from({ length: 100_000 }, (_, at) => String(at))
    for (const text of texts) await lines.line(text)
    expect(await lines.end()).toBe(100_000)
    await lines.close()
    expect(readFileSync(path, 'utf8')).toBe(['a', ...texts].map((text) => `${text}\r\n`).join(''))
  })

  it('are refused where the file would exceed the limit of reading', async () => {
    const lines = await writeLines(join(temporaryFolder(), 'lines.csv'), 'a', 10)
    await lines.line('0123456789')
    await expect(lines.end()).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    await lines.close()
  })

  it.skipIf(!existsSync('/dev/full'))('report a full disk', async () => {
    const lines = await writeLines('/dev/full', 'a', 2 ** 30)
    await expect(lines.end()).rejects.toMatchObject({ code: 'DISK_FULL' })
    await lines.close()
  })
})

describe('an archive', () => {
  it('is not made where one of its files cannot be read', async () => {
    const folder = temporaryFolder()
    const none = { name: 'none.csv', content: { path: join(folder, 'none.csv') } }
    await expect(writeArchive(join(folder, 'a.zip'), [none])).rejects.toMatchObject({ code: 'ENOENT' })
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('goes into a pipe, which stays one', async () => {
    const folder = temporaryFolder()
    const [pipe, file] = [join(folder, 'pipe'), join(folder, 'a.zip')]
    execFileSync('mkfifo', [pipe])
    const entries = [{ name: 'a.txt', content: Buffer.from('text '.repeat(50_000)) }]
    const [bytes] = await Promise.all([readFile(pipe), writeArchive(pipe, entries)])
    await writeArchive(file, entries)
    expect(bytes.equals(readFileSync(file))).toBe(true)
    expect(lstatSync(pipe).isFIFO()).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['a.zip', 'pipe'])
  })
})

describe('parameters for other machines', () => {
  it('have only the names of folders', () => {
    const params = { source: 'masks', percents: [0, 50] }
    for (const masks of ['/home/me/masks', 'C:\\Users\\me\\masks'])
      expect(portableParams(studyDefinition('salient-patch-drop'), { ...params, masks })).toEqual({
        ...params,
        masks: 'masks',
      })
    expect(portableParams(studyDefinition('salient-patch-drop'), { masks: null })).toEqual({ masks: null })
  })
})
