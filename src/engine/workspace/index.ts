export { asWorkspaceError, openDatabase, type Db } from './database.ts'
export { isBackupDue, listBackups } from './backups.ts'
export { changesSeen } from './changesSeen.ts'
export { attach, columnsToCopy, type MergedIds } from './attached.ts'
export { isLink } from './entries.ts'
export { heal } from './keeping/heal.ts'
export { Keeper } from './keeping/keeper.ts'
export { damageIn } from './keeping/verify.ts'
export { restoreBackup } from './restore.ts'
export {
  changesAfter,
  changeWriter,
  checkBlock,
  countPredictions,
  selectBlocks,
  type FactBlock,
} from './facts/blocks.ts'
export { recountFacts } from './facts/counted.ts'
export { damagedFacts } from './facts/damaged.ts'
export { FactBatch, type FactKey } from './facts/batch.ts'
export { packSize, type Pack } from './facts/pack.ts'
export {
  checkedPack,
  eachRecord,
  packColumns,
  packedCells,
  packRows,
  removePredictions,
  soundPack,
  type PackRow,
} from './facts/packs.ts'
export { confidenceIn, readRecord, type StoredFact } from './facts/record.ts'
export { Slots, slotsOf } from './facts/slots.ts'
export { factWriter } from './facts/writer.ts'
export { packChanges, type FactChange } from './facts/changes.ts'
export * as marks from './facts/marks.ts'
export { rowDigest } from './rowDigest.ts'
export { cacheParts, emptyParts, listsIn, trimCache } from './cache.ts'
export {
  checkNewFolder,
  createWorkspace,
  exportsOf,
  openWorkspace,
  placeAt,
  readWorkspace,
  type ReadWorkspace,
  type Workspace,
  type WorkspaceFiles,
} from './workspace.ts'
export { openReadOnly, whyReadOnly } from './readOnly.ts'
export { disposableJson, soundRows, storedJson, storedValue, type OnDamaged } from './stored.ts'
export { present, remove, rowToAdd, sweepRemovals, undoRemoval } from './removals.ts'
export { keepPicture, keptPicture } from './pictures.ts'
export { leaveOrigin } from './origin.ts'
export { hasContent, moveWorkspace, UnkeptFolder } from './unkept.ts'
