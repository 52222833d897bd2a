import { countFactsOfModel } from '../facts/index.ts'
import { present, type Db } from '../workspace/index.ts'
import { getModel } from './store.ts'

/** What a change of a model or its removal touches. */
export interface ModelUses {
  /** Studies of the model, with their number of models. */
  studies: { id: number; title: string; models: number }[]
  /** Stored predictions of the model file, of any preprocessing. They stay when the model is removed. */
  predictions: number
}

/** @throws MODEL_NOT_FOUND where there is no model with that id */
export function usesOf(db: Db, id: number): ModelUses {
  const { digest } = getModel(db, id)
  const studies = db
    .prepare<[number], ModelUses['studies'][number]>(
      `SELECT s.id, s.title, (SELECT count(*) FROM study_model o JOIN model p ON p.id = o.model_id
         WHERE o.study_id = s.id AND p.${present}) AS models
       FROM study_model m JOIN study s ON s.id = m.study_id WHERE m.model_id = ? AND s.${present} ORDER BY s.id`,
    )
    .all(id)
  return { studies, predictions: countFactsOfModel(db, digest) }
}
