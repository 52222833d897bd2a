/**
 * Parquet files of images, written by the Rust crates arrow and parquet (npm packages parquet-wasm 0.8.0 and apache-arrow),
 * in the forms of Hugging Face's library `datasets`. The packages are no dependencies: install them in a folder of your own
 * and run there: node make.mjs OUT
 */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import * as arrow from 'apache-arrow'
import {
  Compression,
  Encoding,
  Table,
  WriterPropertiesBuilder,
  WriterVersion,
  writeParquet,
} from 'parquet-wasm'

const out = process.argv[2] ?? '.'

const uint32 = (...values) => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, at) => bytes.writeUInt32BE(value, 4 * at))
  return bytes
}
const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type), data])
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))])
}
/** A PNG of 8 by 8 pixels of one colour. */
function png(red, green, blue) {
  const row = [0, ...Array.from({ length: 8 }, () => [red, green, blue]).flat()]
  const pixels = Buffer.from(Array.from({ length: 8 }, () => row).flat())
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', Buffer.concat([uint32(8, 8), Buffer.from([8, 2, 0, 0, 0])])),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const count = 10
const images = Array.from({ length: count }, (_, k) => png(20 * k, 255 - 20 * k, 7 * k))
const labels = Array.from({ length: count }, (_, k) => k % 3)
const names = ['cat', 'dog', 'sea/lake']

const binary = (values) => arrow.vectorFromArray(values, new arrow.Binary())
const struct = (values, image = 'bytes') =>
  arrow.vectorFromArray(
    values.map((bytes, k) => (bytes === null ? null : { [image]: bytes, path: `${k}.png` })),
    new arrow.Struct([
      new arrow.Field(image, new arrow.Binary(), true),
      new arrow.Field('path', new arrow.Utf8(), true),
    ]),
  )
const int64 = (values) => arrow.vectorFromArray(values.map(BigInt), new arrow.Int64())
const features = (image, label, more = {}) =>
  JSON.stringify({
    info: { features: { [image]: { _type: 'Image' }, [label]: { names, _type: 'ClassLabel' }, ...more } },
  })

function write(name, columns, set, said) {
  const table = Table.fromIPCStream(arrow.tableToIPC(new arrow.Table(columns), 'stream'))
  let properties = set(new WriterPropertiesBuilder())
  if (said !== undefined) properties = properties.setKeyValueMetadata(new Map([['huggingface', said]]))
  writeFileSync(join(out, `${name}.parquet`), writeParquet(table, properties.build()))
}

const usual = { image: struct(images), label: int64(labels) }
const snappy = (properties) => properties.setCompression(Compression.SNAPPY)
write('snappy', usual, (p) => snappy(p).setMaxRowGroupSize(4), features('image', 'label'))
write(
  'zstd-pages',
  usual,
  (p) =>
    p
      .setCompression(Compression.ZSTD)
      .setDictionaryEnabled(false)
      .setDataPageSizeLimit(200)
      .setWriteBatchSize(2),
  features('image', 'label'),
)
write(
  'v2',
  { img: struct(images), fine_label: int64(labels), coarse_label: int64(labels.map((k) => k % 2)) },
  (p) => p.setCompression(Compression.GZIP).setWriterVersion(WriterVersion.V2).setMaxRowGroupSize(7),
  features('img', 'fine_label', { coarse_label: { names: ['a', 'b'], _type: 'ClassLabel' } }),
)
write('unnamed', usual, (p) => p.setCompression(Compression.UNCOMPRESSED))
write(
  'bytes',
  {
    image: binary(images),
    label: arrow.vectorFromArray(
      labels.map((k) => names[k]),
      new arrow.Utf8(),
    ),
  },
  (p) => p.setCompression(Compression.LZ4_RAW ?? Compression.SNAPPY),
)
write(
  'holes',
  {
    image: struct(images.map((bytes, k) => (k === 4 ? null : bytes))),
    label: int64(labels.map((k, at) => (at === 7 ? -1 : k))),
  },
  snappy,
  features('image', 'label'),
)
write('unlabelled', { image: struct(images) }, snappy)
write('text', { text: arrow.vectorFromArray(['a', 'b'], new arrow.Utf8()), label: int64([0, 1]) }, snappy)
write('paths', { image: arrow.vectorFromArray(['a.png', 'b.png'], new arrow.Utf8()) }, snappy)

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')
writeFileSync(
  join(out, 'expected.json'),
  `${JSON.stringify({ names, labels, sha256: images.map(sha256) }, null, 2)}\n`,
)
