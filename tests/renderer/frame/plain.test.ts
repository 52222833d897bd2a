import { expect, it } from 'vitest'
import type { IntakeItem } from '#shared/contract/index.ts'
import { isPlain } from '../../../src/renderer/frame/intake/plain.ts'

const at = { path: '/a', name: 'a' }
const onnx: IntakeItem = { kind: 'model', ...at, bytes: 1, onnx: true }
const folder: IntakeItem = { kind: 'dataset', ...at, form: 'folder' }

it('asks nothing about ONNX files and folders of images', () => {
  expect(isPlain([onnx, folder, { kind: 'workspace', ...at }])).toBe(true)
})

it.each<IntakeItem>([
  { ...onnx, onnx: false },
  { ...folder, form: 'archive' },
  { ...folder, form: 'packed' },
  { kind: 'unused', ...at, reason: 'It is not there.' },
])('explains itself where there is $kind besides', (item) => {
  expect(isPlain([onnx, item])).toBe(false)
})
