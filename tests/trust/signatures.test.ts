import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkSignature, signBundle } from '#engine/bundles/index.ts'
import { temporaryFolderOfFile } from '../temporary.ts'

const keygen = (...args: string[]) => spawnSync('ssh-keygen', args)
const has = keygen('-?').error === undefined

/** The signature is of bytes, whatever they hold. */
describe.skipIf(!has)('the signature of a bundle (needs ssh-keygen)', () => {
  const folder = temporaryFolderOfFile()
  const bundle = join(folder, 'a study.zip')
  const key = join(folder, 'own key')
  const signers = join(folder, 'signers')
  beforeAll(async () => {
    writeFileSync(bundle, 'the bytes of a bundle')
    for (const path of [key, join(folder, 'other')])
      keygen('-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path)
    writeFileSync(
      signers,
      `ada@example.org namespaces="kernelscope-bundle" ${readFileSync(`${key}.pub`, 'utf8')}`,
    )
    expect(await checkSignature(bundle, {})).toMatchObject({ state: 'none' })
    expect(await checkSignature(bundle, { signers })).toMatchObject({ state: 'untrusted' })
    const { path } = await signBundle(bundle, key)
    expect(path).toBe(`${bundle}.sig`)
  })

  it('fits, and names the key', async () => {
    const print = keygen('-l', '-f', `${key}.pub`).stdout.toString().split(' ')[1] ?? ''
    expect(print).toMatch(/^SHA256:/)
    expect(await checkSignature(bundle, {})).toMatchObject({ state: 'sound', key: print, signer: null })
    expect(await checkSignature(bundle, { signers })).toMatchObject({
      state: 'trusted',
      key: print,
      signer: 'ada@example.org',
    })
  })

  it('is what ssh-keygen itself accepts', () => {
    const args = [
      '-Y',
      'verify',
      '-n',
      'kernelscope-bundle',
      '-f',
      signers,
      '-I',
      'ada@example.org',
      '-s',
      `${bundle}.sig`,
    ]
    expect(spawnSync('ssh-keygen', args, { input: readFileSync(bundle) }).status).toBe(0)
  })

  it('is of no trusted signer where another key made it', async () => {
    const others = join(folder, 'others')
    writeFileSync(others, `bob@example.org ${readFileSync(join(folder, 'other.pub'), 'utf8')}`)
    expect(await checkSignature(bundle, { signers: others })).toMatchObject({
      state: 'untrusted',
      signer: null,
    })
  })

  it('does not fit a bundle with a byte more, nor one of another namespace', async () => {
    const forged = join(folder, 'forged.zip')
    cpSync(bundle, forged)
    appendFileSync(forged, '.')
    const signature = `${bundle}.sig`
    expect(await checkSignature(forged, { signature })).toMatchObject({ state: 'broken' })
    expect(await checkSignature(forged, { signature, signers })).toMatchObject({ state: 'broken' })
    cpSync(bundle, join(folder, 'mail.zip'))
    keygen('-q', '-Y', 'sign', '-n', 'mail', '-f', key, join(folder, 'mail.zip'))
    expect(existsSync(join(folder, 'mail.zip.sig'))).toBe(true)
    expect(await checkSignature(join(folder, 'mail.zip'), {})).toMatchObject({ state: 'broken' })
  })

  it('is refused with the name of what cannot be used', async () => {
    await expect(signBundle(bundle, join(folder, 'none'))).rejects.toMatchObject({ code: 'FILE_MISSING' })
    await expect(signBundle(bundle, bundle)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining(bundle),
    })
    await expect(checkSignature(bundle, { signature: join(folder, 'none') })).rejects.toMatchObject({
      code: 'FILE_MISSING',
    })
  })

  it('says what is missing where there is no ssh-keygen', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = folder
    try {
      await expect(signBundle(bundle, key)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        hint: expect.stringContaining('OpenSSH'),
      })
      expect(await checkSignature(bundle, {})).toMatchObject({ state: 'unknown' })
    } finally {
      process.env['PATH'] = path
    }
  })
})
