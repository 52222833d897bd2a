/** Pickles of Python, read as data: no name in them is ever looked up or called in Python's sense. */
export {
  mostPickle,
  PickleEnds,
  standIn,
  unpickle,
  type Made,
  type Reading,
  type Unpickled,
} from './unpickle.ts'
