import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkSignature, signBundle, signingKeys, trustSigner } from '#engine/bundles/index.ts'
import { signerName } from '#shared/contract/bundleSignature.ts'
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
    expect(await checkSignature(bundle, { signers: [signers], required: true })).toMatchObject({
      state: 'untrusted',
    })
    const { path } = await signBundle(bundle, key)
    expect(path).toBe(`${bundle}.sig`)
  })

  it('fits, and names the key', async () => {
    const print = keygen('-l', '-f', `${key}.pub`).stdout.toString().split(' ')[1] ?? ''
    expect(print).toMatch(/^SHA256:/)
    expect(await checkSignature(bundle, {})).toMatchObject({ state: 'sound', key: print, signer: null })
    expect(await checkSignature(bundle, { signers: [signers], required: true })).toMatchObject({
      state: 'trusted',
      key: print,
      signer: 'ada@example.org',
      namedIn: signers,
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
    const sources = { signers: [others] }
    expect(await checkSignature(bundle, { ...sources, required: true })).toMatchObject({
      state: 'untrusted',
      signer: null,
    })
    // Where none is asked for, it is told without a verdict on it.
    expect(await checkSignature(bundle, sources)).toMatchObject({
      state: 'sound',
      detail: expect.stringContaining('no allowed signer’s'),
    })
    expect(await checkSignature(bundle, { signers: [others, signers] })).toMatchObject({ state: 'trusted' })
  })

  it('does not fit a bundle with a byte more, nor one of another namespace', async () => {
    const forged = join(folder, 'forged.zip')
    cpSync(bundle, forged)
    appendFileSync(forged, '.')
    const signature = `${bundle}.sig`
    expect(await checkSignature(forged, { signature })).toMatchObject({ state: 'broken' })
    expect(await checkSignature(forged, { signature, signers: [signers] })).toMatchObject({ state: 'broken' })
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
    await expect(signBundle(bundle, `SHA256:${'a'.repeat(43)}`)).rejects.toMatchObject({
      code: 'FILE_MISSING',
      hint: expect.stringContaining('ssh-add'),
    })
    await expect(checkSignature(bundle, { signature: join(folder, 'none') })).rejects.toMatchObject({
      code: 'FILE_MISSING',
    })
  })

  it('can be of a key that is trusted from then on, and no longer', async () => {
    const file = join(folder, 'own', 'allowed_signers')
    await trustSigner(bundle, file, 'Ada Lovelace')
    const trusted = { state: 'trusted', signer: 'Ada Lovelace', namedIn: file }
    expect(await checkSignature(bundle, { signers: [file] })).toMatchObject(trusted)
    const args = ['-Y', 'verify', '-n', 'kernelscope-bundle', '-f', file, '-I', 'Ada Lovelace']
    const input = readFileSync(bundle)
    expect(spawnSync('ssh-keygen', [...args, '-s', `${bundle}.sig`], { input }).status).toBe(0)
    appendFileSync(
      file,
      readFileSync(signers, 'utf8')
        .replace('ada@', 'other@')
        .replace(/AAAA\S+/, 'AAAAC3Nz'),
    )
    await trustSigner(bundle, file, 'Ada')
    expect(readFileSync(file, 'utf8').match(/^.*ssh-ed25519/gm)).toHaveLength(2)
    expect(await checkSignature(bundle, { signers: [file] })).toMatchObject({ ...trusted, signer: 'Ada' })
    await trustSigner(bundle, file, null)
    expect(readFileSync(file, 'utf8')).toContain('other@')
    expect(await checkSignature(bundle, { signers: [file] })).toMatchObject({ state: 'sound' })
    await expect(trustSigner(join(folder, 'forged.zip'), file, 'Eve')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    })
    for (const name of ['a,b', 'a*', '', ' a', '"', 'a\nb', '!a', '#'])
      expect(signerName.safeParse(name).success, name).toBe(false)
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

  it('can be made with a key of the folder or of an agent, and never waits for a passphrase', async () => {
    const own = join(folder, 'ssh')
    mkdirSync(own, { mode: 0o700 })
    const make = (name: string, passphrase: string) =>
      keygen('-q', '-t', 'ed25519', '-N', passphrase, '-C', `the ${name}`, '-f', join(own, name))
    make('open', '')
    make('locked', 'secret')
    for (const name of ['known_hosts', 'stray.pub']) writeFileSync(join(own, name), 'no key')
    const printOf = (name: string) =>
      keygen('-l', '-f', join(own, `${name}.pub`))
        .stdout.toString()
        .split(' ')[1] ?? ''
    const seen = async () =>
      (await signingKeys(own))?.map(({ path, inAgent, locked }) => [path && basename(path), inAgent, locked])
    const sock = process.env['SSH_AUTH_SOCK']
    delete process.env['SSH_AUTH_SOCK']
    try {
      expect(await signingKeys(own)).toMatchObject([
        { fingerprint: printOf('locked'), type: 'ssh-ed25519', comment: 'the locked', locked: true },
        { fingerprint: printOf('open'), path: join(own, 'open'), inAgent: false, locked: false },
      ])
      await expect(signBundle(bundle, join(own, 'locked'))).rejects.toMatchObject({
        message: expect.stringContaining('has a passphrase'),
        hint: expect.stringContaining(`ssh-add '${join(own, 'locked')}'`),
      })
      process.env['SSH_AUTH_SOCK'] = join(folder, 'agent')
      const agent = spawn('ssh-agent', ['-D', '-a', join(folder, 'agent')], { stdio: 'ignore' })
      try {
        await expect.poll(() => existsSync(join(folder, 'agent'))).toBe(true)
        const askpass = join(folder, 'askpass')
        writeFileSync(askpass, '#!/bin/sh\necho secret\n', { mode: 0o700 })
        const env = { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' }
        expect(spawnSync('ssh-add', ['-q', join(own, 'locked')], { env }).status).toBe(0)
        expect(await seen()).toEqual([
          ['locked', true, false],
          ['open', false, false],
        ])
        for (const chosen of [join(own, 'locked'), printOf('locked')]) {
          rmSync(`${bundle}.sig`)
          await signBundle(bundle, chosen)
          expect(await checkSignature(bundle, {})).toMatchObject({ state: 'sound', key: printOf('locked') })
        }
        rmSync(join(own, 'locked'))
        expect(await seen()).toEqual([
          ['open', false, false],
          [null, true, false],
        ])
      } finally {
        agent.kill()
      }
    } finally {
      if (sock === undefined) delete process.env['SSH_AUTH_SOCK']
      else process.env['SSH_AUTH_SOCK'] = sock
    }
  })
})
