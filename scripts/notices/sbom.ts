import { createHash } from 'node:crypto'
import type { ShippedPackage } from '../../src/shared/notices.ts'

/** Something that ships beside the packages, e.g. Electron. */
export interface ShippedProgram {
  name: string
  version: string
  license: string
}

/**
 * The software bill of materials in CycloneDX 1.6 (JSON): what users get, with versions, licences and digests. The same
 * packages give the same bytes.
 */
export function sbom(
  app: { name: string; version: string; license: string },
  packages: readonly ShippedPackage[],
  programs: readonly ShippedProgram[],
): string {
  const components = [
    ...programs.map(({ name, version, license }) => ({
      type: 'application',
      'bom-ref': `${name}@${version}`,
      name,
      version,
      licenses: licensesOf(license),
    })),
    ...packages.map(({ name, version, license, integrity, contains }) => ({
      type: 'library',
      'bom-ref': purl(name, version),
      name,
      version,
      purl: purl(name, version),
      licenses: licensesOf(license),
      ...(integrity?.startsWith('sha512-')
        ? {
            hashes: [
              {
                alg: 'SHA-512',
                content: Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex'),
              },
            ],
          }
        : {}),
      ...(Object.keys(contains).length > 0
        ? {
            components: Object.entries(contains).map(([part, partVersion]) => ({
              type: 'library',
              'bom-ref': `${purl(name, version)}#${part}`,
              name: part,
              version: partVersion,
            })),
          }
        : {}),
    })),
  ]
  const of = { type: 'application', 'bom-ref': app.name, ...app, licenses: licensesOf(app.license) }
  const { license: _, ...component } = of
  return `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      serialNumber: `urn:uuid:${uuidOf(JSON.stringify(components))}`,
      version: 1,
      metadata: { component },
      components,
    },
    null,
    2,
  )}\n`
}

const purl = (name: string, version: string) => `pkg:npm/${name.replace('@', '%40')}@${version}`

/** An SPDX expression, or the name that a package gives. */
function licensesOf(license: string | null) {
  if (license === null) return []
  const expression = /^[A-Za-z0-9.+-]+( (OR|AND|WITH) [A-Za-z0-9.+-]+)*$/.test(license.replace(/[()]/g, ''))
  return [expression ? { expression: license } : { license: { name: license } }]
}

/** A UUID (version 8) of a text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
