import { z } from 'zod'

/**
 * The signature of a bundle's bytes.
 * none: there is none. sound: it fits, and whose key it is was not checked. trusted: it is a trusted signer's.
 * untrusted: a trusted signer's was asked for, and there is none. broken: it does not fit. unknown: it could not be checked.
 */
export const bundleSignature = z.object({
  state: z.enum(['none', 'sound', 'trusted', 'untrusted', 'broken', 'unknown']),
  /** The state in a sentence. */
  detail: z.string(),
  /** Fingerprint of the key, as ssh-keygen writes it. */
  key: z.string().nullable(),
  /** The trusted signer. */
  signer: z.string().nullable(),
  /** Path of the allowed signers file that names the signer. */
  namedIn: z.string().nullable(),
})

/** A key of the person's to sign with. */
export const signingKey = z.object({
  fingerprint: z.string(),
  /** As in "ssh-ed25519". */
  type: z.string(),
  comment: z.string(),
  /** Path of its private key; null where only an agent has it. */
  path: z.string().nullable(),
  inAgent: z.boolean(),
  /** Whether it needs a passphrase, and no agent holds it. */
  locked: z.boolean(),
})

/** Names of signers: what `ssh-keygen` takes for one name and no pattern. */
export const signerName = z
  .string()
  .regex(/^[\p{L}\p{N}._@+-]+(?: [\p{L}\p{N}._@+-]+)*$/u, 'letters, digits, spaces and . _ @ + - only')
  .max(200)

export type BundleSignature = z.infer<typeof bundleSignature>
export type SigningKey = z.infer<typeof signingKey>
