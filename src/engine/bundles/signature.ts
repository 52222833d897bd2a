import { existsSync } from 'node:fs'
import type { BundleSignature } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { requireRegular } from '../base/userFile.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'
import { sshKeygen } from './sshKeygen.ts'

/** What a signature of ours is for; ssh-keygen refuses one that was made for something else. */
const namespace = 'kernelscope-bundle'

/** Path of the signature that lies beside a bundle. */
export const signatureBeside = (bundle: string): string => `${bundle}.sig`

const missing = () =>
  new KernelscopeError('UNSUPPORTED', 'ssh-keygen was not found', {
    hint: 'Install OpenSSH 8.2 or later, which has it, and put it on the PATH.',
  })

/**
 * Signs the bytes of a bundle with the user's SSH key and writes the signature beside it, as `<bundle>.sig`.
 *
 * @param key path of a private key, or of a public key whose private one an agent holds
 * @throws FILE_MISSING, FILE_UNREADABLE where bundle or key cannot be read, or the key cannot be used
 * @throws UNSUPPORTED where ssh-keygen is not installed
 */
export async function signBundle(bundle: string, key: string): Promise<WrittenFile> {
  requireRegular(bundle)
  requireRegular(key)
  const answer = await sshKeygen(['-Y', 'sign', '-n', namespace, '-f', key], bundle)
  if (answer === null) throw missing()
  if (answer.code !== 0 || !answer.out.startsWith('-----BEGIN SSH SIGNATURE-----'))
    throw new KernelscopeError('FILE_UNREADABLE', `the key cannot be used: ${key}`, {
      hint: 'Name a private SSH key that you have the passphrase of, such as ~/.ssh/id_ed25519.',
      details: answer.err,
    })
  return writeWhole(signatureBeside(bundle), answer.out)
}

/** Where to look for a signature, and who is trusted. */
export interface SignatureSources {
  /** Path of the signature; that beside the bundle where left out. */
  signature?: string | undefined
  /** Path of an allowed signers file (ssh-keygen(1)); where left out, nobody is known. */
  signers?: string | undefined
}

/**
 * Checks the signature of a bundle's bytes: whether it fits, of which key it is, and whether that is a trusted signer's.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where a named file cannot be read
 */
export async function checkSignature(
  bundle: string,
  { signature, signers }: SignatureSources,
): Promise<BundleSignature> {
  const file = signature ?? signatureBeside(bundle)
  const says = (state: BundleSignature['state'], detail: string, of: Partial<BundleSignature> = {}) => ({
    state,
    detail,
    key: null,
    signer: null,
    ...of,
  })
  if (signature === undefined && !existsSync(file))
    return signers === undefined
      ? says('none', 'It is not signed.')
      : says('untrusted', 'It is not signed, and a signature of a trusted signer was asked for.')
  requireRegular(file)
  if (signers !== undefined) requireRegular(signers)
  const fits = await sshKeygen(['-Y', 'check-novalidate', '-n', namespace, '-s', file], bundle)
  if (fits === null)
    return says(
      'unknown',
      'It is signed, but ssh-keygen was not found, so that the signature was not checked.',
    )
  if (fits.code !== 0)
    return says('broken', 'Its signature does not fit: the bundle is not the one that was signed.')
  const key = /\bSHA256:[A-Za-z0-9+/]+/.exec(fits.out)?.[0] ?? null
  if (signers === undefined)
    return says('sound', `It was signed with the key ${key}; whose key that is was not checked.`, { key })
  const named = await sshKeygen(['-Y', 'find-principals', '-s', file, '-f', signers], bundle)
  const signer = named?.code === 0 ? (named.out.split('\n')[0]?.split(',')[0] ?? '') : ''
  if (signer !== '') {
    const args = ['-Y', 'verify', '-n', namespace, '-s', file, '-f', signers, '-I', signer]
    const verified = await sshKeygen(args, bundle)
    if (verified?.code === 0) return says('trusted', `It was signed by ${signer}.`, { key, signer })
  }
  return says('untrusted', `It was signed with the key ${key}, which is no trusted signer's.`, { key })
}
