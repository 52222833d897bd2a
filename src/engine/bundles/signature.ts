import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BundleSignature } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { requireRegular } from '../base/userFile.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'
import { keysOfAgent, needsPassphrase } from './keys.ts'
import { openssh } from './openssh.ts'

/** What a signature of ours is for; ssh-keygen refuses one that was made for something else. */
export const namespace = 'kernelscope-bundle'

/** Path of the signature that lies beside a bundle. */
export const signatureBeside = (bundle: string): string => `${bundle}.sig`

const missing = () =>
  new KernelscopeError('UNSUPPORTED', 'ssh-keygen was not found', {
    hint: 'Install OpenSSH 8.2 or later, which has it, and put it on the PATH.',
  })

/** How a bundle is signed. */
export interface SigningOptions {
  /** Whether ssh-keygen may ask for a passphrase, at the terminal or through the user's agent. */
  asks?: boolean
  signal?: AbortSignal | undefined
}

/**
 * Signs the bytes of a bundle with the user's SSH key and writes the signature beside it, as `<bundle>.sig`.
 *
 * @param key path of a private key, or of a public key whose private one an agent holds, or the fingerprint of such a key
 * @throws FILE_MISSING, FILE_UNREADABLE where bundle or key cannot be read, or the key cannot be used
 * @throws UNSUPPORTED where ssh-keygen is not installed
 */
export async function signBundle(
  bundle: string,
  key: string,
  options: SigningOptions = {},
): Promise<WrittenFile> {
  requireRegular(bundle)
  if (!isFingerprint(key)) {
    requireRegular(key)
    return signWith(bundle, key, options)
  }
  const held = (await keysOfAgent()).get(key)
  if (!held)
    throw new KernelscopeError('FILE_MISSING', `no agent holds the key ${key}`, {
      hint: 'Add it with "ssh-add", or choose the file of a key.',
    })
  const folder = temporaryFolder('key')
  try {
    const path = join(folder, 'key.pub')
    await writeFile(path, `${held.type} ${held.blob}\n`)
    return await signWith(bundle, path, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether a text is the fingerprint of a key. */
export const isFingerprint = (text: string): boolean => /^SHA256:[A-Za-z0-9+/]{43}$/.test(text)

async function signWith(bundle: string, key: string, options: SigningOptions): Promise<WrittenFile> {
  const answer = await openssh('ssh-keygen', ['-Y', 'sign', '-n', namespace, '-f', key], {
    input: bundle,
    ...options,
  })
  if (answer === null) throw missing()
  if (answer.code === 0 && answer.out.startsWith('-----BEGIN SSH SIGNATURE-----'))
    return writeWhole(signatureBeside(bundle), answer.out)
  if (!options.asks && (await needsPassphrase(key)))
    throw new KernelscopeError('FILE_UNREADABLE', `the key has a passphrase, and no agent holds it: ${key}`, {
      hint: `Run "ssh-add '${key}'" in a terminal, which asks for the passphrase, and sign again. "kernelscope bundle sign" in a terminal asks too.`,
      details: answer.err,
    })
  throw new KernelscopeError('FILE_UNREADABLE', `the key cannot be used: ${key}`, {
    hint: 'Name a private SSH key that you have the passphrase of, such as ~/.ssh/id_ed25519.',
    details: answer.err,
  })
}

/** Where to look for a signature, and who is trusted. */
export interface SignatureSources {
  /** Path of the signature; that beside the bundle where left out. */
  signature?: string | undefined
  /** Paths of allowed signers files (ssh-keygen(1)); where there is none, nobody is known. */
  signers?: readonly string[] | undefined
  /** Whether the signature must be of one of them. */
  required?: boolean | undefined
}

/**
 * Checks the signature of a bundle's bytes: whether it fits, of which key it is, and whether that is a trusted signer's.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where a named file cannot be read
 */
export async function checkSignature(
  bundle: string,
  { signature, signers = [], required = false }: SignatureSources,
): Promise<BundleSignature> {
  const file = signature ?? signatureBeside(bundle)
  const says = (state: BundleSignature['state'], detail: string, of: Partial<BundleSignature> = {}) => ({
    ...{ state, detail, key: null, signer: null, namedIn: null },
    ...of,
  })
  if (signature === undefined && !existsSync(file))
    return required
      ? says('untrusted', 'It is not signed, and a signature of a trusted signer was asked for.')
      : says('none', 'It is not signed.')
  requireRegular(file)
  for (const path of signers) requireRegular(path)
  const ask = (args: readonly string[]) => openssh('ssh-keygen', args, { input: bundle })
  const fits = await ask(['-Y', 'check-novalidate', '-n', namespace, '-s', file])
  if (fits === null)
    return says(
      'unknown',
      'It is signed, but ssh-keygen was not found, so that the signature was not checked.',
    )
  if (fits.code !== 0)
    return says('broken', 'Its signature does not fit: the bundle is not the one that was signed.')
  const key = /\bSHA256:[A-Za-z0-9+/]+/.exec(fits.out)?.[0] ?? null
  for (const namedIn of signers) {
    const named = await ask(['-Y', 'find-principals', '-s', file, '-f', namedIn])
    const signer = named?.code === 0 ? (named.out.split('\n')[0]?.split(',')[0] ?? '') : ''
    if (signer === '') continue
    const verified = await ask(['-Y', 'verify', '-n', namespace, '-s', file, '-f', namedIn, '-I', signer])
    if (verified?.code === 0)
      return says('trusted', `It was signed by ${signer}, with the key ${key}.`, { key, signer, namedIn })
  }
  if (required)
    return says('untrusted', `It was signed with the key ${key}, which is no trusted signer's.`, { key })
  const whose = signers.length > 0 ? 'which is no allowed signer’s' : 'whose it is was not checked'
  return says('sound', `It was signed with the key ${key}; ${whose}.`, { key })
}
