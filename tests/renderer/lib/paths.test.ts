import { describe, expect, it } from 'vitest'
import '../setting/window.ts'
import { underHome } from '../../../src/renderer/lib/paths.ts'

describe('paths on the screen', () => {
  it('have a tilde for the home folder only', () => {
    expect(underHome('/home/ada/models/a.onnx', '/home/ada')).toBe('~/models/a.onnx')
    expect(underHome('/home/ada', '/home/ada')).toBe('~')
    expect(underHome('/home/adam/a.onnx', '/home/ada')).toBe('/home/adam/a.onnx')
    expect(underHome('C:\\Users\\ada\\a.onnx', 'C:\\Users\\ada')).toBe('~\\a.onnx')
    expect(underHome('/data/a.onnx', '')).toBe('/data/a.onnx')
    expect(underHome('/data/a.onnx', '/')).toBe('/data/a.onnx')
  })
})
