export type Coordinates = 'half_pixel' | 'pytorch_half_pixel' | 'asymmetric' | 'align_corners'

export interface ResizeOptions {
  mode: 'nearest' | 'linear'
  coordinates: Coordinates
  /** ONNX's nearest_mode. */
  nearest: string
}

/** Position in the input of the output index `at`, by ONNX's coordinate_transformation_mode. */
function source(at: number, size: number, target: number, scale: number, coordinates: Coordinates): number {
  switch (coordinates) {
    case 'half_pixel':
      return (at + 0.5) / scale - 0.5
    case 'pytorch_half_pixel':
      return target > 1 ? (at + 0.5) / scale - 0.5 : 0
    case 'asymmetric':
      return at / scale
    case 'align_corners':
      return target > 1 ? (at * (size - 1)) / (target - 1) : 0
  }
}

function nearestPlace(at: number, mode: string): number {
  if (mode === 'floor') return Math.floor(at)
  if (mode === 'ceil') return Math.ceil(at)
  if (mode === 'round_prefer_ceil') return Math.floor(at + 0.5)
  return Math.ceil(at - 0.5)
}

/** The matrix [target, size], row-major, of a 1-D resize from `size` to `target` samples. */
export function interpolationMatrix(
  size: number,
  target: number,
  scale: number,
  { mode, coordinates, nearest }: ResizeOptions,
): number[] {
  const matrix = new Array<number>(target * size).fill(0)
  const clamp = (at: number) => Math.min(Math.max(at, 0), size - 1)
  const give = (row: number, place: number, weight: number) => {
    const index = row * size + clamp(place)
    matrix[index] = (matrix[index] ?? 0) + weight
  }
  for (let row = 0; row < target; row++) {
    const at = source(row, size, target, scale, coordinates)
    if (mode === 'nearest') give(row, nearestPlace(at, nearest), 1)
    else {
      const below = Math.floor(at)
      give(row, below, 1 - (at - below))
      give(row, below + 1, at - below)
    }
  }
  return matrix
}
