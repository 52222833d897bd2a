import { describe, expect, it } from 'vitest'
import type { BundleVerdict } from '#shared/contract/index.ts'
import { certificateHtml } from '#engine/report/certificate.ts'

const measured = { sampled: 0, checked: 0, identical: 0, largest: 0, disagreeing: [] }
const verdict: BundleVerdict = {
  verdict: 'disagrees',
  parts: [
    { part: 'facts.csv', how: 'recomputed', detail: '8 of 32 computed again', differences: [], differing: 0 },
    { part: 'model Net', how: 'read', detail: 'its file is not at hand', differences: [], differing: 0 },
    {
      part: 'study.json',
      how: 'differs',
      detail: '',
      differences: [{ where: 'tables[accuracy].rows[0].top1', stored: 0.99, found: 0.8125 }],
      differing: 3,
    },
  ],
  signature: {
    state: 'sound',
    detail: 'It was signed with the key SHA256:abc.',
    key: 'SHA256:abc',
    signer: null,
    namedIn: null,
  },
  file: { name: '<b>study</b>.zip', bytes: 1234, sha256: 'f'.repeat(64) },
  ...{ facts: 32, measurements: 0, asked: 8, sampled: 8, seed: 5, tolerance: 0.001 },
  ...{ checked: 8, identical: 7, largest: 0.25, disagreeing: [], measured },
  unchecked: [{ reason: 'the image is not at hand', n: 2 }],
  storedOn: ['cpu, float32, ONNX Runtime 1.30.0'],
  checkedOn: ['cpu'],
}
const page = certificateHtml({
  verdict,
  bundle: {
    kernelscope: '0.1.0',
    study: {
      ...{
        kind: 'clean-accuracy',
        kindTitle: 'Clean accuracy',
        section: '4',
        title: 'A study',
        params: { seed: 3 },
      },
      ...{ sample: null, definitions: [], complete: true },
    },
    dataset: { title: 'Images', classes: 2, images: 16 },
    models: [
      {
        digest: 'a'.repeat(64),
        title: 'Net',
        file: 'net.onnx',
        bytes: 1,
        family: 'ViT',
        parameters: 1,
        here: false,
      },
    ],
    counts: { facts: 32, measurements: 0, images: 16, conditions: 2 },
  },
  version: '0.2.0',
  onnxruntime: '1.31.0',
  date: new Date('2026-01-02T03:04:05Z'),
  fonts: '',
})

describe('the certificate of a check', () => {
  it.each([
    ['the verdict', 'It does not agree.'],
    ['the file by its digest', 'f'.repeat(64)],
    ['the signature', 'SHA256:abc'],
    ['the models by their digests', 'a'.repeat(64)],
    ['what differs, with both values', 'tables[accuracy].rows[0].top1: stored 0.99, should be 0.8125'],
    ['how many more places differ', 'at 2 more places'],
    ['what was only read, and why', 'its file is not at hand'],
    ['what was computed again', '8 of 32 drawn with seed 5, 8 computed again, 7 equal to the last bit'],
    ['what was not computed', '2: the image is not at hand'],
    ['the versions of maker and checker', 'Kernelscope 0.2.0, ONNX Runtime 1.31.0 on cpu'],
    ['the time of the check', '2026-01-02 03:04 UTC'],
  ])('tells %s', (_, text) => {
    expect(page).toContain(text)
  })

  it('runs nothing, loads nothing, and takes no markup from a bundle', () => {
    expect(page).toContain("default-src 'none'")
    expect(page).not.toMatch(/<script|src=|<b>study/)
    expect(page).toContain('&lt;b&gt;study&lt;/b&gt;.zip')
  })
})
