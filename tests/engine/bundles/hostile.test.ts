import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBundle } from '#engine/bundles/index.ts'
import { archiveLimits, openArchive } from '#engine/bundles/reader.ts'
import { sampleFacts } from '#engine/bundles/sample.ts'
import { temporaryFolder } from '../../temporary.ts'
import { goodFiles, rawZip, someStudy, type RawEntry } from './zip.ts'

const file = (name: string, content = 'x', change: Partial<RawEntry> = {}): RawEntry => ({
  name,
  content: Buffer.from(content),
  ...change,
})
const withFile = (entry: RawEntry) => rawZip([...goodFiles(), entry])
const good = rawZip(goodFiles())
const manifestLess = (name: string) => goodFiles().filter((entry) => entry.name !== name)
const zeros = Buffer.alloc(8 * 2 ** 20)

/** The fault, the bytes of the zip, and the message of the refusal. */
const refused: [string, Buffer, RegExp][] = [
  ['a name that leaves the folder', withFile(file('../evil')), /invalid relative path: \.\.\/evil/],
  [
    'a name that leaves the folder after a subfolder',
    withFile(file('figures/../../evil')),
    /invalid relative path/,
  ],
  ['an absolute name', withFile(file('/etc/passwd')), /absolute path: \/etc\/passwd/],
  ['a name with a drive', withFile(file('C:/evil')), /absolute path|not a valid file name/],
  ['a backslash', withFile(file('..\\evil')), /invalid characters in fileName/],
  ['a hidden file', withFile(file('.bashrc')), /"\.bashrc" is not a valid file name/],
  ['a control character', withFile(file('a\u0007b')), /is not a valid file name/],
  ['folders in folders', withFile(file('a/b/c')), /"a\/b\/c" is not a valid file name/],
  [
    'a folder as an entry',
    withFile(file('figures/', '', { mode: 0o040755 })),
    /"figures\/" is not a valid file name/,
  ],
  ['a link', withFile(file('link', '/etc/passwd', { mode: 0o120777 })), /"link" is not a regular file/],
  ['a device', withFile(file('device', '', { mode: 0o020666 })), /"device" is not a regular file/],
  ['one name twice', rawZip([...goodFiles(), file('study.json', '{}')]), /"study\.json" is in it twice/],
  ['two names that are equal on some systems', withFile(file('STUDY.json')), /"STUDY\.json" is in it twice/],
  ['an encrypted file', withFile(file('secret', 'x', { flags: 1 })), /"secret" is encrypted/],
  [
    'an unknown compression method',
    withFile(file('odd', 'x', { method: 12 })),
    /"odd" is packed with method 12/,
  ],
  [
    'a zip bomb',
    withFile({ name: 'bomb', content: zeros }),
    /"bomb" unpacks to more than 200 times its size/,
  ],
  [
    'a zip bomb with a wrong size',
    rawZip(
      goodFiles({ bomb: 'xxxxxxxxxx' }).map((entry) =>
        entry.name === 'bomb' ? { ...entry, content: zeros, uncompressedSize: 10 } : entry,
      ),
    ),
    /bomb: too many bytes in the stream/,
  ],
  [
    'a file that is shorter than its size',
    rawZip(
      goodFiles({ short: 'xxxxxxxxxx' }).map((entry) =>
        entry.name === 'short' ? { ...entry, content: Buffer.from('x'), uncompressedSize: 10 } : entry,
      ),
    ),
    /short: not enough bytes in the stream/,
  ],
  [
    'files that share packed bytes',
    rawZip([
      ...goodFiles(),
      { name: 'first', content: Buffer.alloc(4000, 1), method: 0 },
      ...Array.from({ length: 20 }, (_, at) => ({
        name: `again-${at}`,
        content: Buffer.alloc(4000, 1),
        method: 0,
        sharesWith: 3,
      })),
    ]),
    /its files overlap/,
  ],
  ['a zip that ends early', good.subarray(0, good.length - 12), /not a complete zip file/],
  ['a zip that was cut in the middle', good.subarray(0, good.length >> 1), /not a complete zip file/],
  ['an empty file', Buffer.alloc(0), /not a complete zip file/],
  ['a file that is no zip', Buffer.from('PK this is text'.repeat(20)), /not a complete zip file/],
  ['more files than it has', rawZip(goodFiles(), 40_000), /it has 40000 files; at most 2000 are read/],
  ['fewer files than it says', rawZip(goodFiles(), 9), /invalid central directory|unexpected|out of range/i],
  ['no manifest', rawZip(manifestLess('bundle.json')), /it has no bundle\.json/],
  ['a manifest that is no JSON', rawZip([file('bundle.json', '{')]), /bundle\.json is not JSON/],
  ['the manifest of something else', rawZip([file('bundle.json', '{"a":1}')]), /not that of a bundle/],
  ['a manifest without a study', rawZip(goodFiles({}, { study: null })), /bundle\.json: study/],
  ['a listed file that is missing', rawZip(manifestLess('facts.csv')), /facts\.csv is missing/],
  ['a file that is not listed', withFile(file('extra.txt')), /extra\.txt is not in its manifest/],
  [
    'a file that is listed twice',
    rawZip(goodFiles({}, { files: ['a', 'a'].map((name) => ({ name, bytes: 1, sha256: '0'.repeat(64) })) })),
    /lists a file twice/,
  ],
  [
    'a changed file',
    rawZip(
      goodFiles().map((entry) =>
        entry.name === 'study.json'
          ? { ...entry, content: Buffer.from(JSON.stringify(someStudy).replace('7', '8')) }
          : entry,
      ),
    ),
    /the content of study\.json is not what its manifest says/,
  ],
  [
    'a longer file',
    rawZip(
      goodFiles().map((entry) =>
        entry.name === 'study.json' ? { ...entry, content: Buffer.from(' '.repeat(500)) } : entry,
      ),
    ),
    /study\.json has 500 bytes, not \d+/,
  ],
  ['a study of the wrong shape', rawZip(goodFiles({ 'study.json': '[]' })), /study\.json: /],
]

describe('a bundle is refused for', () => {
  it.each(refused)('%s', async (_, bytes, message) => {
    const folder = temporaryFolder()
    const path = join(folder, 'hostile.zip')
    writeFileSync(path, bytes)
    await expect(openBundle(path)).rejects.toMatchObject({
      code: 'BUNDLE_MALFORMED',
      message: expect.stringMatching(message),
    })
    await expect(openBundle(path)).rejects.toMatchObject({
      message: expect.stringMatching(/^hostile\.zip is refused: /),
    })
    expect(readdirSync(folder)).toEqual(['hostile.zip'])
  })

  it('a newer version, with BUNDLE_NEWER', async () => {
    const path = join(temporaryFolder(), 'later.zip')
    writeFileSync(path, rawZip(goodFiles({}, { kernelscopeBundle: 2, study: 'something new' })))
    await expect(openBundle(path)).rejects.toMatchObject({ code: 'BUNDLE_NEWER' })
  })

  it('a missing file', async () => {
    const path = join(temporaryFolder(), 'none.zip')
    await expect(openBundle(path)).rejects.toMatchObject({ code: 'FILE_MISSING' })
  })

  it('more bytes than the limits allow, in one file or in total', async () => {
    const path = join(temporaryFolder(), 'large.zip')
    const content = Buffer.from(Array.from({ length: 4000 }, (_, at) => (at * at) % 251))
    writeFileSync(path, rawZip(['a', 'b', 'c'].map((name) => ({ name, content }))))
    const open = (limits: Partial<typeof archiveLimits>) => openArchive(path, { ...archiveLimits, ...limits })
    await expect(open({ entryBytes: 3999 })).rejects.toThrow('"a" has more than 3999 bytes')
    await expect(open({ totalBytes: 11_999 })).rejects.toThrow('more than 11999 bytes')
    await expect(open({ entries: 2 })).rejects.toThrow('it has 3 files')
    const archive = await open({ entryBytes: 4000, totalBytes: 12_000, entries: 3 })
    await expect(archive.read('a', 100)).rejects.toThrow('a has more than 100 bytes')
    expect((await archive.read('a', 4000)).equals(content)).toBe(true)
    archive.close()
  })
})

/** The fault of facts.csv, its lines, and the message of the refusal. The digest of the file fits. */
const header =
  'variant,condition,image,class,predicted,correct,true_rank,confidence,true_probability,true_logit,top'
const fact = `0,0,${'a'.repeat(64)},cat,1,1,1,0.5,0.5,1.5,1:0.5`
const badFacts: [string, string[], RegExp][] = [
  ['a missing column', ['variant,image', `0,${'a'.repeat(64)}`], /line 2 of facts\.csv: condition/],
  [
    'a number that is not valid',
    [header, fact, fact.replace('cat,1', 'cat,x')],
    /line 3 of facts\.csv: predicted/,
  ],
  ['a digest that is not valid', [header, fact.replace('aaa', '../')], /line 2 of facts\.csv: image/],
  ['a line with other columns', [header, '1,2'], /facts\.csv: Invalid Record Length/],
  [
    'a quote that never ends',
    [header, `0,0,"${fact}`],
    /facts\.csv: (?:Invalid Closing Quote|Max Record Size)/,
  ],
  ['a line without an end', [header, `0,0,"${'ab '.repeat(40_000)}"`], /facts\.csv: Max Record Size/],
]

describe('checking a bundle refuses facts with', () => {
  it.each(badFacts)('%s', async (_, lines, message) => {
    const path = join(temporaryFolder(), 'hostile.zip')
    // Many lines, so that the fault is found while the file is still being read.
    const more = Array.from({ length: 20_000 }, (_, at) => fact.replace('0,0', `0,${at}`))
    const text = [...lines, ...(lines[0] === header ? more : [])].join('\r\n')
    writeFileSync(path, rawZip(goodFiles({ 'facts.csv': `${text}\r\n` })))
    const bundle = await openBundle(path, { limits: { ...archiveLimits, ratio: 2000 } })
    await expect(sampleFacts(bundle, 50_000, 1)).rejects.toMatchObject({
      code: 'BUNDLE_MALFORMED',
      message: expect.stringMatching(message),
    })
    bundle.close()
  })
})

describe('a valid bundle', () => {
  it('is opened', async () => {
    const path = join(temporaryFolder(), 'good.zip')
    writeFileSync(path, good)
    const { manifest, study, close } = await openBundle(path)
    close()
    expect(manifest.study.title).toBe('A study')
    expect(study.provenance).toEqual(['Seed 7.'])
  })
})
