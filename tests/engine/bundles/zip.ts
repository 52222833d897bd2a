import { createHash } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

/** An entry of a zip as an attacker may write it: every field can be wrong. */
export interface RawEntry {
  name: string
  content: Buffer
  /** 0 stored, 8 deflated. */
  method?: number
  flags?: number
  /** Unix mode, in the high half of the external attributes. */
  mode?: number
  uncompressedSize?: number
  /** Points to the data of this entry instead of its own. */
  sharesWith?: number
}

/** Writes a zip without checks. */
export function rawZip(entries: readonly RawEntry[], claimedEntries = entries.length): Buffer {
  const parts: Buffer[] = []
  const offsets: number[] = []
  const central: Buffer[] = []
  let at = 0
  for (const [index, entry] of entries.entries()) {
    const { name, content, method = 8, flags = 0, mode = 0o100644, sharesWith } = entry
    const packed = method === 8 ? deflateRawSync(content) : content
    const size = entry.uncompressedSize ?? content.length
    const nameBytes = Buffer.from(name)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(flags | 0x800, 2)
    fields.writeUInt16LE(method, 4)
    fields.writeUInt16LE(0x21, 8)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(size, 18)
    fields.writeUInt16LE(nameBytes.length, 22)
    const offset = sharesWith === undefined ? at : (offsets[sharesWith] ?? 0)
    offsets[index] = offset
    if (sharesWith === undefined) {
      const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, nameBytes, packed])
      parts.push(local)
      at += local.length
    }
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    central.push(
      Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), Buffer.from([20, 3]), fields, tail, nameBytes]),
    )
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(claimedEntries, 8)
  end.writeUInt16LE(claimedEntries, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, directory, end])
}

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

export const someStudy = {
  complete: true,
  tables: [],
  figures: [],
  reported: [],
  provenance: ['Seed 7.'],
}

/** Returns the files of a small valid bundle, with changes, and a manifest that fits them. */
export function goodFiles(extra: Record<string, string | Buffer> = {}, change: object = {}): RawEntry[] {
  const contents: Record<string, Buffer> = Object.fromEntries(
    Object.entries({
      'study.json': JSON.stringify(someStudy),
      'facts.csv':
        'variant,condition,image,class,predicted,correct,true_rank,confidence,true_probability,true_logit,top\r\n',
      ...extra,
    }).map(([name, content]) => [name, Buffer.from(content)]),
  )
  const manifest = {
    kernelscopeBundle: 1,
    kernelscope: '0.1.0',
    study: {
      kind: 'clean-accuracy',
      kindTitle: 'Clean accuracy',
      section: '4',
      title: 'A study',
      params: {},
      sample: null,
      definitions: [],
    },
    dataset: { title: 'Images', classes: 2, images: 0 },
    models: [],
    variants: [],
    conditions: [],
    counts: { facts: 0, measurements: 0, images: 0 },
    files: Object.entries(contents).map(([name, content]) => ({
      name,
      bytes: content.length,
      sha256: sha256(content),
    })),
    ...change,
  }
  return [
    { name: 'bundle.json', content: Buffer.from(JSON.stringify(manifest)) },
    ...Object.entries(contents).map(([name, content]) => ({ name, content })),
  ]
}
