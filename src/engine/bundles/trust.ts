import { existsSync } from 'node:fs'
import { KernelscopeError } from '#shared/errors.ts'
import { readUserText } from '../base/userFile.ts'
import { writeWhole } from '../base/wholeFile.ts'
import { keyOfSignature, type PublicKey } from './publicKey.ts'
import { checkSignature, namespace, signatureBeside } from './signature.ts'

const heading = '# Keys that Kernelscope trusts for bundles, as an allowed signers file of ssh-keygen(1).\n'

/**
 * Trusts the key that signed a bundle under a name, or no longer: writes or removes its line in an allowed signers file, which
 * `ssh-keygen` reads too. Other lines of the file stay.
 *
 * @param name letters, digits, spaces and `. _ @ + -`; null to trust it no longer
 * @throws UNSUPPORTED where the signature does not fit the bundle, or cannot be checked
 * @throws FILE_MISSING, FILE_UNREADABLE where bundle or signature cannot be read, or the file cannot be written
 */
export async function trustSigner(bundle: string, file: string, name: string | null): Promise<void> {
  const { state, detail, key } = await checkSignature(bundle, {})
  const signed = key === null ? null : keyOfSignature(await readUserText(signatureBeside(bundle)))
  if (signed === null || signed.fingerprint !== key)
    throw new KernelscopeError('UNSUPPORTED', `there is no key to trust: ${detail}`, {
      hint:
        state === 'none'
          ? 'Only a signed bundle names a key.'
          : 'Ask for a bundle with a signature that fits.',
    })
  const text = existsSync(file) ? await readUserText(file) : heading
  const others = text.split('\n').filter((line) => line !== '' && !names(line, signed))
  const added = name === null ? [] : [`"${name}" namespaces="${namespace}" ${signed.type} ${signed.blob}`]
  await writeWhole(file, `${[...others, ...added].join('\n')}\n`)
}

/** Whether a line of an allowed signers file has the key. */
const names = (line: string, { blob }: PublicKey): boolean =>
  !line.startsWith('#') && line.split(/\s+/).includes(blob)
