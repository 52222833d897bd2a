import { createHash } from 'node:crypto'

/** An SSH key as its public part tells it. */
export interface PublicKey {
  /** The fingerprint, as ssh-keygen writes it. */
  fingerprint: string
  /** The type, as in "ssh-ed25519". */
  type: string
  /** The key in base64, as files of public keys and of allowed signers hold it. */
  blob: string
  comment: string
}

const line = /^(?<type>(?:ssh|ecdsa|sk-)[\w@.-]*) (?<blob>[A-Za-z0-9+/]+=*)(?: (?<comment>.*))?$/

/** Reads a line of a file of public keys, or of what an agent lists; null where it is none. */
export function publicKey(text: string): PublicKey | null {
  const found = line.exec(text.trim())?.groups
  return found ? { ...describe(found['blob'] ?? ''), comment: found['comment'] ?? '' } : null
}

/**
 * Reads the key out of a signature of SSH (OpenSSH, PROTOCOL.sshsig): after the letters "SSHSIG" and a version of 4 bytes,
 * the public key with its length. Null where it is none.
 */
export function keyOfSignature(armoured: string): PublicKey | null {
  const body = /^-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/.exec(
    armoured,
  )
  const bytes = Buffer.from(body?.[1] ?? '', 'base64')
  if (bytes.subarray(0, 6).toString('latin1') !== 'SSHSIG' || bytes.length < 14) return null
  const length = bytes.readUInt32BE(10)
  const key = bytes.subarray(14, 14 + length)
  if (key.length !== length || length < 8) return null
  const found = describe(key.toString('base64'))
  return found.type === '' ? null : { ...found, comment: '' }
}

function describe(blob: string): Omit<PublicKey, 'comment'> {
  const bytes = Buffer.from(blob, 'base64')
  const length = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0
  const type = bytes.subarray(4, 4 + length).toString('latin1')
  const digest = createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')
  return { fingerprint: `SHA256:${digest}`, type: /^[\w@.-]+$/.test(type) ? type : '', blob }
}
