import { standIn, type Made } from '../../../pickles/index.ts'
import type { TensorType } from '../../checkpoint.ts'
import { PickledObject, PickledStorage, PickledTensor } from './values.ts'

/** What stands for the classes of storages, with their element types; null for bytes that have no type of their own. */
const storageTypes = new WeakMap<object, TensorType | null>()
/** What stands for element types, such as torch.float32. */
const elementTypes = new WeakMap<object, TensorType>()

/** Storage classes by name, and their element types (torch/csrc/StorageMethods, torch/storage.py). */
const storages: Record<string, TensorType | null> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  UntypedStorage: null,
}

const elements: Record<string, TensorType> = {
  float64: 'float64',
  double: 'float64',
  float32: 'float32',
  float: 'float32',
  float16: 'float16',
  half: 'float16',
  bfloat16: 'bfloat16',
  int64: 'int64',
  long: 'int64',
  int32: 'int32',
  int: 'int32',
  int16: 'int16',
  short: 'int16',
  int8: 'int8',
  uint8: 'uint8',
  bool: 'bool',
}

const asMap: Made = (pairs) => {
  const made = new Map<unknown, unknown>()
  if (pairs instanceof Map) for (const [key, value] of pairs) made.set(key, value)
  else if (Array.isArray(pairs)) for (const pair of pairs) if (Array.isArray(pair)) made.set(pair[0], pair[1])
  return made
}
const asEmptyMap: Made = () => new Map<unknown, unknown>()
const asObject: Made = () => new PickledObject()
const asList: Made = (values) => (Array.isArray(values) ? values : [])
const first: Made = (value) => value

/** torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …) and its like. */
const tensor: Made = (storage, offset, shape, strides) => {
  if (!(storage instanceof PickledStorage) || storage.type === null)
    throw new TypeError('a tensor without storage')
  return new PickledTensor(storage, storage.type, integer(offset), integers(shape), integers(strides))
}

/** torch._utils._rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype, …): of a storage of bytes. */
const typedTensor: Made = (storage, offset, shape, strides, _gradient, _hooks, element) => {
  const type = typeof element === 'function' ? elementTypes.get(element) : undefined
  if (!(storage instanceof PickledStorage) || !type) throw new TypeError('a tensor without storage or type')
  return new PickledTensor(storage, type, integer(offset), integers(shape), integers(strides))
}

/** torch._tensor._rebuild_from_type_v2(function, type, arguments, state): the tensor without what a subclass adds. */
const ofSubclass: Made = (make, _type, values) => {
  if (typeof make !== 'function' || !Array.isArray(values))
    throw new TypeError('a tensor of an unknown class')
  const made: unknown = Reflect.apply(make, undefined, values)
  return made
}

/** Names that a pickle may use, with what stands for them. None runs anything of Python. */
const callables: Record<string, Made> = {
  'torch._utils._rebuild_tensor': tensor,
  'torch._utils._rebuild_tensor_v2': tensor,
  'torch._utils._rebuild_tensor_v3': typedTensor,
  'torch._utils._rebuild_parameter': first,
  'torch._utils._rebuild_parameter_with_state': first,
  'torch._tensor._rebuild_from_type_v2': ofSubclass,
  'torch.nn.parameter.Parameter': first,
  'torch.Tensor': asObject,
  'torch.Size': asList,
  'torch.device': asObject,
  'torch.serialization._get_layout': asObject,
  'collections.OrderedDict': asMap,
  'collections.defaultdict': asEmptyMap,
  'collections.Counter': asMap,
  '__builtin__.set': asList,
  'builtins.set': asList,
  '__builtin__.dict': asMap,
  'builtins.dict': asMap,
  '__builtin__.list': asList,
  'builtins.list': asList,
  '_codecs.encode': asObject,
  // Settings beside the weights: kept as data.
  'argparse.Namespace': asObject,
  'types.SimpleNamespace': asObject,
  'pathlib.PosixPath': asObject,
  'pathlib.WindowsPath': asObject,
  'pathlib._local.PosixPath': asObject,
  'datetime.datetime': asObject,
  'yacs.config.CfgNode': asMap,
  'pytorch_lightning.utilities.parsing.AttributeDict': asMap,
  'numpy.dtype': asObject,
  'numpy.ndarray': asObject,
  'numpy.core.multiarray.scalar': asObject,
  'numpy.core.multiarray._reconstruct': asObject,
  'numpy._core.multiarray.scalar': asObject,
  'numpy._core.multiarray._reconstruct': asObject,
}

/**
 * What stands for a name of a pickle; null where the name is not allowed. Each call gives a new function, so that nothing
 * a pickle does to it lasts.
 */
export function allowed(module: string, name: string): Made | null {
  const full = `${module}.${name}`
  const make = Object.hasOwn(callables, full) ? callables[full] : undefined
  if (make) return standIn(make)
  if (['torch', 'torch.storage', 'torch.cuda'].includes(module) && Object.hasOwn(storages, name)) {
    const made = standIn(notCalled)
    storageTypes.set(made, storages[name] ?? null)
    return made
  }
  if (module !== 'torch' || !Object.hasOwn(elements, name)) return null
  const type = elements[name]
  const made = standIn(notCalled)
  if (type) elementTypes.set(made, type)
  return made
}

const notCalled: Made = () => {
  throw new TypeError('a type is called')
}

/**
 * The storage that a persistent id names: ('storage', class, key, location, elements), in old files also (key, offset,
 * elements) of a view or null.
 *
 * @throws TypeError where it is anything else
 */
export function storageOf(id: unknown): PickledStorage {
  if (!Array.isArray(id)) throw new TypeError('a storage without a name')
  const [what, cls, key, , elements, view]: unknown[] = id
  const type = typeof cls === 'function' ? storageTypes.get(cls) : undefined
  if (what !== 'storage' || type === undefined || typeof key !== 'string')
    throw new TypeError('a storage of an unknown class')
  const [, offset]: unknown[] = Array.isArray(view) ? view : []
  return new PickledStorage(key, type, integer(elements), offset === undefined ? 0 : integer(offset))
}

/**
 * A whole number of a pickle that is at least 0.
 *
 * @throws TypeError where it is another value
 */
export function integer(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0)
    throw new TypeError('a number that must be whole and not negative')
  return number
}

function integers(values: unknown): number[] {
  if (!Array.isArray(values)) throw new TypeError('a list of numbers is missing')
  return values.map(integer)
}
