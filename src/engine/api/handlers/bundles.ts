import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, isAbsolute, join, resolve } from 'node:path'
import type { BundleSignature, BundleVerdict, OpenedBundle } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import {
  checkSignature,
  fileDigest,
  isFingerprint,
  keptRenderings,
  makeBundle,
  openBundle,
  signBundle,
  signingKeys,
  trustSigner,
  verifyBundle,
  type Bundle,
  type SignatureSources,
} from '../../bundles/index.ts'
import { safeName, type Press } from '../../figures/index.ts'
import { writeCertificate } from '../../report/index.ts'
import { listModels } from '../../models/index.ts'
import { getStudy } from '../../studies/index.ts'
import { exportsOf } from '../../workspace/index.ts'
import { api, guarded } from '../session/implementation.ts'
import type { EngineSession } from '../session/session.ts'
import { defaultSettings } from '../session/settings.ts'
import { worked } from '../session/worked.ts'

export const bundles = {
  make: api.bundles.make.handler(({ input, context, signal }) => {
    const { session } = context
    const { workspace } = session.open()
    const study = getStudy(workspace.db, input.studyId)
    const path =
      input.path ?? join(exportsOf(workspace), `${safeName(`study-${study.id}-${study.title}`)}.zip`)
    const making = worked(
      async (steps) => ({
        files: [await makeBundle(workspace, session.press, study.id, whole(path), steps)],
      }),
      signal,
    )
    return guarded(making, session)
  }),
  keys: api.bundles.keys.handler(() => signingKeys()),
  sign: api.bundles.sign.handler(async ({ input: { path, key, asks }, signal }) => ({
    files: [await signBundle(whole(path), isFingerprint(key) ? key : whole(key), { asks, signal })],
  })),
  signature: api.bundles.signature.handler(({ input, context }) =>
    checkSignature(whole(input.path), sourcesOf(context.session, input)),
  ),
  trust: api.bundles.trust.handler(async ({ input, context }) => {
    const { signersFile: file } = context.session
    if (file === undefined) throw new KernelscopeError('UNSUPPORTED', 'this engine keeps no trusted keys')
    await trustSigner(whole(input.path), file, input.name)
    return { file }
  }),
  open: api.bundles.open.handler(async ({ input, context }) => {
    const path = whole(input.path)
    const bundle = await openBundle(path)
    try {
      return shown(
        bundle,
        path,
        await checkSignature(path, sourcesOf(context.session, input)),
        context.session,
      )
    } finally {
      bundle.close()
    }
  }),
  verify: api.bundles.verify.handler(({ input, context, signal }) => {
    const { session } = context
    const path = whole(input.path)
    const checking = worked(async (steps) => {
      const bundle = await openBundle(path, { steps })
      try {
        const workspace = session.opened?.workspace ?? null
        const found = await verifyBundle(
          bundle,
          {
            workspace,
            folders: input.folders.map(whole),
            pool: session.pool,
            render: renderOf(session.press),
            settings: workspace ? session.settings() : defaultSettings,
            log: session.log,
            ...steps,
          },
          input,
        )
        return await withFile(found, shown(bundle, path, unsigned, session), {
          ...sourcesOf(session, input),
          certificate: input.certificate,
        })
      } finally {
        bundle.close()
      }
    }, signal)
    return guarded(checking, session)
  }),
}

const unsigned: BundleSignature = { state: 'none', detail: '', key: null, signer: null, namedIn: null }

interface SignatureInput {
  signature?: string | undefined
  signers?: string | undefined
  mustBeSigned?: boolean
}

/** Where to look for a signature and its signers: in the named file, and in that of the person's own trust. */
function sourcesOf(
  { signersFile }: EngineSession,
  { signature, signers, mustBeSigned }: SignatureInput,
): SignatureSources {
  const own = signersFile !== undefined && existsSync(signersFile) ? [signersFile] : []
  return {
    signature: signature && whole(signature),
    signers: [...(signers === undefined ? [] : [whole(signers)]), ...(mustBeSigned ? [] : own)],
    required: mustBeSigned,
  }
}

/** A verdict with the file it is on, its signature, and the certificate where one is asked for. */
async function withFile(
  found: Omit<BundleVerdict, 'signature' | 'file'>,
  bundle: OpenedBundle,
  { certificate, ...sources }: SignatureSources & { certificate?: string | undefined },
): Promise<BundleVerdict> {
  const { path } = bundle
  const file = { name: basename(path), bytes: (await stat(path)).size, sha256: await fileDigest(path) }
  const verdict = { ...found, signature: await checkSignature(path, sources), file }
  if (certificate !== undefined) await writeCertificate(verdict, bundle, whole(certificate))
  return verdict
}

/** Drawings of bundles, kept for each press: bundles of one study have the same figures. */
const renders = new WeakMap<Press, Press['render']>()
function renderOf(press: Press): Press['render'] {
  const known = renders.get(press) ?? keptRenderings((request) => press.render(request))
  renders.set(press, known)
  return known
}

/** Refuses a relative path: the user does not know the engine's working directory. */
function whole(path: string): string {
  if (isAbsolute(path)) return resolve(path)
  throw new KernelscopeError('USAGE', `invalid path: ${path} is not absolute`)
}

function shown(
  { manifest, study }: Bundle,
  path: string,
  signature: BundleSignature,
  session: EngineSession,
): OpenedBundle {
  const here = new Set(
    session.opened ? listModels(session.opened.workspace.db).map(({ digest }) => digest) : [],
  )
  const runtimes = manifest.variants.map(
    ({ runtime: { provider, precision, onnxruntime } }) =>
      `${provider}, ${precision}, ONNX Runtime ${onnxruntime}`,
  )
  const { tables, figures, reported, provenance, state, complete } = study
  return {
    path,
    signature,
    kernelscope: manifest.kernelscope,
    study: { ...manifest.study, complete, ...(state ? { state } : {}) },
    dataset: manifest.dataset,
    models: manifest.models.map(({ digest, title, file, bytes, family, parameters }) => ({
      digest,
      title,
      file,
      bytes,
      family,
      parameters,
      here: here.has(digest),
    })),
    runtimes: [...new Set(runtimes)],
    counts: { ...manifest.counts, conditions: manifest.conditions.length },
    tables,
    figures,
    reported,
    provenance,
    files: manifest.files,
  }
}
