import { floatOf, intOf, intsOf, stringOf, type Node } from '#engine/onnx/graph.ts'
import { arr, broadcast, count, fill, get, indices, spread, wrap, zip, type Arr } from './array.ts'
import { conv, convTranspose, averagePool, maxPool, resize } from './spatial.ts'

export type Operator = (node: Node, inputs: readonly Arr[]) => Arr[]

const map =
  (f: (x: number, node: Node) => number): Operator =>
  (node, [x]) => [zip((v) => f(v, node), at(x))]
const pair =
  (f: (a: number, b: number) => number): Operator =>
  (_, [a, b]) => [zip(f, at(a), at(b))]
const truth = (condition: boolean) => (condition ? 1 : 0)

export function at(x: Arr | undefined): Arr {
  if (!x) throw new Error('an input is missing')
  return x
}

/** Error function by its series and continued fraction, exact to 1e-15. */
export function erf(x: number): number {
  const a = Math.abs(x)
  if (a > 6) return Math.sign(x)
  if (a < 2.5) {
    let term = a
    let sum = a
    for (let n = 1; n < 80; n++) {
      term *= (-a * a) / n
      sum += term / (2 * n + 1)
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction)
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction))
}

const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high)
const hard = (x: number, alpha: number, beta: number) => clamp(alpha * x + beta, 0, 1)

function gelu(x: number, node: Node): number {
  if (stringOf(node, 'approximate', 'none') === 'none') return (x / 2) * (1 + erf(x / Math.SQRT2))
  return (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}

/** Reductions over the axes of the second input. */
const reduce =
  (f: (values: number[]) => number): Operator =>
  (node, [x, axesInput]) => {
    const { shape } = at(x)
    const axes = axesInput
      ? [...axesInput.data].map((axis) => wrap(axis, shape.length))
      : shape.map((_, axis) => axis)
    const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    const inner = shape.map((dim, axis) => (axes.includes(axis) ? dim : 1))
    const y = fill(kept, (outer) =>
      f(
        [...indices(inner)].map((part) =>
          get(
            at(x),
            outer.map((index, axis) => index + (part[axis] ?? 0)),
          ),
        ),
      ),
    )
    return intOf(node, 'keepdims', 1) === 1
      ? [y]
      : [{ ...y, shape: shape.filter((_, axis) => !axes.includes(axis)) }]
  }
const total = (values: number[]) => values.reduce((a, b) => a + b, 0)

function softmax(x: Arr, axis: number, log: boolean): Arr {
  const length = x.shape[axis] ?? 1
  const line = (place: number[]) => Array.from({ length }, (_, index) => get(x, place.with(axis, index)))
  return fill(x.shape, (place) => {
    const values = line(place)
    const top = Math.max(...values)
    const sum = total(values.map((value) => Math.exp(value - top)))
    return log ? get(x, place) - top - Math.log(sum) : Math.exp(get(x, place) - top) / sum
  })
}

/** (x - mean)/sqrt(var + eps) over groups of elements with the same key. */
function standardised(x: Arr, key: (place: number[]) => string, epsilon: number): Arr {
  const groups = new Map<string, number[]>()
  for (const place of indices(x.shape)) {
    const group = groups.get(key(place)) ?? []
    group.push(get(x, place))
    groups.set(key(place), group)
  }
  const facts = new Map(
    [...groups].map(([name, values]) => {
      const mean = total(values) / values.length
      return [name, { mean, variance: total(values.map((v) => (v - mean) ** 2)) / values.length }]
    }),
  )
  return fill(x.shape, (place) => {
    const { mean, variance } = facts.get(key(place)) ?? { mean: NaN, variance: NaN }
    return (get(x, place) - mean) / Math.sqrt(variance + epsilon)
  })
}

const channelOf = (values: Arr, channel: number) => values.data[channel] ?? NaN

function transpose(x: Arr, perm: readonly number[]): Arr {
  return fill(
    perm.map((axis) => x.shape[axis] ?? 1),
    (place) =>
      get(
        x,
        perm.map((_, axis) => place[perm.indexOf(axis)] ?? 0),
      ),
  )
}

function matMul(a: Arr, b: Arr): Arr {
  const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const [rows = 1, inner = 1, columns = 1] = [a.shape.at(-2), a.shape.at(-1), b.shape.at(-1)]
  return fill([...lead, rows, columns], (place) => {
    const [row = 0, column = 0] = place.slice(-2)
    const batch = place.slice(0, -2)
    let sum = 0
    for (let k = 0; k < inner; k++) sum += spread(a, [...batch, row, k]) * spread(b, [...batch, k, column])
    return sum
  })
}

function einsum(equation: string, inputs: readonly Arr[]): Arr {
  const [left = '', output = ''] = equation.replaceAll(' ', '').split('->')
  const terms = left.split(',')
  const sizes = new Map<string, number>()
  for (const [index, term] of terms.entries())
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, inputs[index]?.shape[axis] ?? 1)
  const letters = [...sizes.keys()]
  const y = fill(
    [...output].map((letter) => sizes.get(letter) ?? 1),
    () => 0,
  )
  for (const place of indices([...sizes.values()])) {
    const value = terms.reduce(
      (product, term, index) =>
        product *
        get(
          at(inputs[index]),
          [...term].map((letter) => place[letters.indexOf(letter)] ?? 0),
        ),
      1,
    )
    const to = [...output].map((letter) => place[letters.indexOf(letter)] ?? 0)
    const flat = to.reduce((sum, index, axis) => sum * (y.shape[axis] ?? 1) + index, 0)
    y.data[flat] = (y.data[flat] ?? 0) + value
  }
  return y
}

function slice(inputs: readonly Arr[]): Arr {
  const [x, starts, ends, axesInput, stepsInput] = inputs
  const { shape } = at(x)
  const axes = axesInput ? [...axesInput.data] : [...at(starts).data.keys()]
  const places = shape.map((dim) => Array.from({ length: dim }, (_, index) => index))
  for (const [index, given] of axes.entries()) {
    const axis = wrap(given, shape.length)
    const size = shape[axis] ?? 0
    const step = stepsInput?.data[index] ?? 1
    const turn = (value: number) => (value < 0 ? value + size : value)
    const from = turn(starts?.data[index] ?? 0)
    const to = turn(ends?.data[index] ?? 0)
    const list: number[] = []
    if (step > 0) for (let at = clamp(from, 0, size); at < Math.min(to, size); at += step) list.push(at)
    else for (let at = clamp(from, 0, size - 1); at > Math.max(to, -1); at += step) list.push(at)
    places[axis] = list
  }
  return fill(
    places.map(({ length }) => length),
    (place) =>
      get(
        at(x),
        place.map((index, axis) => places[axis]?.[index] ?? 0),
      ),
  )
}

function pad(inputs: readonly Arr[]): Arr {
  const [x, pads, value, axesInput] = inputs
  const { shape } = at(x)
  const axes = axesInput
    ? [...axesInput.data].map((axis) => wrap(axis, shape.length))
    : shape.map((_, axis) => axis)
  const begin = shape.map((_, axis) => (axes.includes(axis) ? (pads?.data[axes.indexOf(axis)] ?? 0) : 0))
  const end = shape.map((_, axis) =>
    axes.includes(axis) ? (pads?.data[axes.indexOf(axis) + axes.length] ?? 0) : 0,
  )
  return fill(
    shape.map((dim, axis) => dim + (begin[axis] ?? 0) + (end[axis] ?? 0)),
    (place) => {
      const source = place.map((index, axis) => index - (begin[axis] ?? 0))
      const inside = source.every((index, axis) => index >= 0 && index < (shape[axis] ?? 0))
      return inside ? get(at(x), source) : (value?.data[0] ?? 0)
    },
  )
}

function reshaped(x: Arr, target: readonly number[]): Arr {
  const dims = target.map((dim, axis) => (dim === 0 ? (x.shape[axis] ?? 1) : dim))
  const known = count(dims.filter((dim) => dim !== -1))
  return { shape: dims.map((dim) => (dim === -1 ? count(x.shape) / known : dim)), data: x.data }
}

function split(node: Node, x: Arr, sizes: readonly number[]): Arr[] {
  const axis = wrap(intOf(node, 'axis', 0), x.shape.length)
  let start = 0
  return sizes.map((size) => {
    const from = start
    start += size
    return fill(x.shape.with(axis, size), (place) => get(x, place.with(axis, (place[axis] ?? 0) + from)))
  })
}

function concat(axis: number, inputs: readonly Arr[]): Arr {
  const sizes = inputs.map(({ shape }) => shape[axis] ?? 0)
  return fill(at(inputs[0]).shape.with(axis, total(sizes)), (place) => {
    let index = place[axis] ?? 0
    for (const [which, size] of sizes.entries()) {
      if (index < size) return get(at(inputs[which]), place.with(axis, index))
      index -= size
    }
    return NaN
  })
}

function gather(node: Node, x: Arr, index: Arr): Arr {
  const axis = wrap(intOf(node, 'axis', 0), x.shape.length)
  const rank = index.shape.length
  return fill([...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)], (place) => {
    const picked = wrap(get(index, place.slice(axis, axis + rank)), x.shape[axis] ?? 1)
    return get(x, [...place.slice(0, axis), picked, ...place.slice(axis + rank)])
  })
}

function scatterAdd(x: Arr, index: Arr, updates: Arr): Arr {
  const data = x.data.slice()
  for (const [place, value] of updates.data.entries()) {
    const to = index.data[place] ?? 0
    data[to] = (data[to] ?? 0) + value
  }
  return { ...x, data }
}

function depthToSpace(node: Node, x: Arr): Arr {
  const b = intOf(node, 'blocksize', 1)
  const [n = 1, c = 1, h = 1, w = 1] = x.shape
  if (node.op === 'SpaceToDepth')
    return fill([n, c * b * b, h / b, w / b], ([i = 0, k = 0, y = 0, z = 0]) => {
      const part = Math.floor(k / c)
      return get(x, [i, k % c, y * b + Math.floor(part / b), z * b + (part % b)])
    })
  return fill([n, c / (b * b), h * b, w * b], ([i = 0, k = 0, y = 0, z = 0]) =>
    get(x, [i, ((y % b) * b + (z % b)) * (c / (b * b)) + k, Math.floor(y / b), Math.floor(z / b)]),
  )
}

/** The norm, the means and the inverse standard deviations. */
function layerNorm(node: Node, x: Arr, scale: Arr, bias: Arr | undefined): Arr[] {
  const axis = wrap(intOf(node, 'axis', -1), x.shape.length)
  const epsilon = floatOf(node, 'epsilon', 1e-5)
  const xn = standardised(x, (place) => place.slice(0, axis).join(), epsilon)
  const outer = x.shape.map((dim, at) => (at < axis ? dim : 1))
  const inner = [...indices(x.shape.slice(axis))]
  const row = (place: readonly number[]) => inner.map((rest) => get(x, [...place.slice(0, axis), ...rest]))
  const mean = fill(outer, (place) => total(row(place)) / inner.length)
  const inverse = fill(outer, (place) => {
    const squares = row(place).map((value) => (value - get(mean, place)) ** 2)
    return 1 / Math.sqrt(total(squares) / inner.length + epsilon)
  })
  return [zip((v, s, b) => v * s + b, xn, scale, bias ?? arr([], [0])), mean, inverse]
}

function groupNorm(node: Node, x: Arr, scale: Arr, bias: Arr): Arr {
  const groups = intOf(node, 'num_groups', 1)
  const perGroup = (x.shape[1] ?? 1) / groups
  const key = ([n = 0, c = 0]: number[]) => `${n},${Math.floor(c / perGroup)}`
  const xn = standardised(x, key, floatOf(node, 'epsilon', 1e-5))
  const perChannel = scale.data.length === x.shape[1]
  return fill(x.shape, (place) => {
    const channel = place[1] ?? 0
    const which = perChannel ? channel : Math.floor(channel / perGroup)
    return get(xn, place) * channelOf(scale, which) + channelOf(bias, which)
  })
}

function channelwise(x: Arr, f: (value: number, channel: number, place: number[]) => number): Arr {
  return fill(x.shape, (place) => f(get(x, place), place[1] ?? 0, place))
}

/** All operators in plain loops. They are slow, and share no code with the code under test. */
export const operators: Record<string, Operator> = {
  Abs: map(Math.abs),
  Add: pair((a, b) => a + b),
  And: pair((a, b) => truth(a !== 0 && b !== 0)),
  AveragePool: (node, [x]) => [averagePool(node, at(x))],
  BatchNormalization: (node, [x, scale, bias, mean, variance]) => [
    channelwise(at(x), (value, c) => {
      const deviation = Math.sqrt(channelOf(at(variance), c) + floatOf(node, 'epsilon', 1e-5))
      return ((value - channelOf(at(mean), c)) / deviation) * channelOf(at(scale), c) + channelOf(at(bias), c)
    }),
  ],
  Cast: (node, [x]) => [intOf(node, 'to', 1) === 7 ? zip(Math.trunc, at(x)) : at(x)],
  Clip: (_, [x, low, high]) => [
    zip((v, a, b) => clamp(v, a, b), at(x), low ?? arr([], [-Infinity]), high ?? arr([], [Infinity])),
  ],
  Concat: (node, inputs) => [concat(wrap(intOf(node, 'axis', 0), at(inputs[0]).shape.length), inputs)],
  Conv: (node, [x, w, b]) => [conv(node, at(x), at(w), b)],
  ConvTranspose: (node, [x, w, b]) => [convTranspose(node, at(x), at(w), b)],
  Cos: map(Math.cos),
  DepthToSpace: (node, [x]) => [depthToSpace(node, at(x))],
  Div: pair((a, b) => a / b),
  Dropout: (_, [x]) => [at(x)],
  Einsum: (node, inputs) => [einsum(stringOf(node, 'equation', ''), inputs)],
  Elu: map((x, node) => (x > 0 ? x : floatOf(node, 'alpha', 1) * Math.expm1(x))),
  Equal: pair((a, b) => truth(a === b)),
  Erf: map(erf),
  Exp: map(Math.exp),
  Expand: (_, [x, target]) => {
    const shape = broadcast(at(x).shape, [...at(target).data])
    return [fill(shape, (place) => spread(at(x), place))]
  },
  Flatten: (node, [x]) => {
    const axis = wrap(intOf(node, 'axis', 1), at(x).shape.length)
    return [reshaped(at(x), [count(at(x).shape.slice(0, axis)), count(at(x).shape.slice(axis))])]
  },
  Gather: (node, [x, index]) => [gather(node, at(x), at(index))],
  Gelu: map(gelu),
  Gemm: (node, [a, b, c]) => {
    const left = intOf(node, 'transA', 0) === 1 ? transpose(at(a), [1, 0]) : at(a)
    const right = intOf(node, 'transB', 0) === 1 ? transpose(at(b), [1, 0]) : at(b)
    const [alpha, beta] = [floatOf(node, 'alpha', 1), floatOf(node, 'beta', 1)]
    return [zip((y, bias) => alpha * y + beta * bias, matMul(left, right), c ?? arr([], [0]))]
  },
  GlobalAveragePool: (_, [x]) => [globalPool(at(x), (values) => total(values) / values.length)],
  GlobalMaxPool: (_, [x]) => [globalPool(at(x), (values) => Math.max(...values))],
  Greater: pair((a, b) => truth(a > b)),
  GroupNormalization: (node, [x, scale, bias]) => [groupNorm(node, at(x), at(scale), at(bias))],
  HardSigmoid: map((x, node) => hard(x, floatOf(node, 'alpha', 0.2), floatOf(node, 'beta', 0.5))),
  HardSwish: map((x) => x * hard(x, 1 / 6, 0.5)),
  Identity: (_, [x]) => [at(x)],
  InstanceNormalization: (node, [x, scale, bias]) => {
    const xn = standardised(at(x), ([n = 0, c = 0]) => `${n},${c}`, floatOf(node, 'epsilon', 1e-5))
    return [channelwise(xn, (value, c) => value * channelOf(at(scale), c) + channelOf(at(bias), c))]
  },
  LayerNormalization: (node, [x, scale, bias]) => layerNorm(node, at(x), at(scale), bias),
  LeakyRelu: map((x, node) => (x > 0 ? x : x * floatOf(node, 'alpha', 0.01))),
  Less: pair((a, b) => truth(a < b)),
  Log: map(Math.log),
  LogSoftmax: (node, [x]) => [softmax(at(x), wrap(intOf(node, 'axis', -1), at(x).shape.length), true)],
  MatMul: (_, [a, b]) => [matMul(at(a), at(b))],
  Max: pair(Math.max),
  MaxPool: (node, [x]) => maxPool(node, at(x)),
  Min: pair(Math.min),
  Mul: pair((a, b) => a * b),
  Neg: map((x) => -x),
  Pad: (_, inputs) => [pad(inputs)],
  Pow: pair((a, b) => a ** b),
  Reciprocal: map((x) => 1 / x),
  ReduceL2: reduce((values) => Math.hypot(...values)),
  ReduceMax: reduce((values) => Math.max(...values)),
  ReduceMean: reduce((values) => total(values) / values.length),
  ReduceMin: reduce((values) => Math.min(...values)),
  ReduceProd: reduce((values) => values.reduce((a, b) => a * b, 1)),
  ReduceSum: reduce(total),
  Relu: map((x) => Math.max(x, 0)),
  Reshape: (_, [x, target]) => [reshaped(at(x), [...at(target).data])],
  Resize: (node, [x, , scales, sizes]) => [resize(node, at(x), scales, sizes)],
  ScatterElements: (_, [x, index, updates]) => [scatterAdd(at(x), at(index), at(updates))],
  Shape: (_, [x]) => [arr([at(x).shape.length], at(x).shape)],
  Sigmoid: map((x) => 1 / (1 + Math.exp(-x))),
  Sign: map(Math.sign),
  Sin: map(Math.sin),
  Size: (_, [x]) => [arr([], [count(at(x).shape)])],
  Slice: (_, inputs) => [slice(inputs)],
  Softmax: (node, [x]) => [softmax(at(x), wrap(intOf(node, 'axis', -1), at(x).shape.length), false)],
  Softplus: map((x) => Math.log1p(Math.exp(x))),
  SpaceToDepth: (node, [x]) => [depthToSpace(node, at(x))],
  Split: (node, [x, sizes]) => {
    const whole = at(x).shape[wrap(intOf(node, 'axis', 0), at(x).shape.length)] ?? 0
    return split(node, at(x), sizes ? [...sizes.data] : node.outputs.map(() => whole / node.outputs.length))
  },
  Sqrt: map(Math.sqrt),
  Squeeze: (_, [x, axes]) => {
    const { shape, data } = at(x)
    const gone = [...at(axes).data].map((axis) => wrap(axis, shape.length))
    return [{ shape: shape.filter((_dim, axis) => !gone.includes(axis)), data }]
  },
  Sub: pair((a, b) => a - b),
  Sum: (_, inputs) => [zip((...values) => total(values), ...inputs)],
  Tanh: map(Math.tanh),
  Tile: (_, [x, repeats]) => {
    const { shape } = at(x)
    const target = shape.map((dim, axis) => dim * (repeats?.data[axis] ?? 1))
    return [
      fill(target, (place) =>
        get(
          at(x),
          place.map((index, axis) => index % (shape[axis] ?? 1)),
        ),
      ),
    ]
  },
  Transpose: (node, [x]) => [
    transpose(at(x), intsOf(node, 'perm') ?? at(x).shape.map((_dim, axis) => at(x).shape.length - 1 - axis)),
  ],
  Unsqueeze: (_, [x, axes]) => {
    const { shape, data } = at(x)
    const rank = shape.length + at(axes).data.length
    const ones = new Set([...at(axes).data].map((axis) => wrap(axis, rank)))
    const rest = [...shape]
    return [
      {
        shape: Array.from({ length: rank }, (_dim, axis) => (ones.has(axis) ? 1 : (rest.shift() ?? 1))),
        data,
      },
    ]
  },
  Where: (_, [test, yes, no]) => [zip((c, a, b) => (c !== 0 ? a : b), at(test), at(yes), at(no))],
}

function globalPool(x: Arr, f: (values: number[]) => number): Arr {
  const [n = 1, c = 1, ...spatial] = x.shape
  return fill([n, c, ...spatial.map(() => 1)], ([i = 0, k = 0]) =>
    f([...indices(spatial)].map((place) => get(x, [i, k, ...place]))),
  )
}
