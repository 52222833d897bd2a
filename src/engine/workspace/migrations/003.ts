/**
 * Facts under noise of round rings are forgotten: until this version rounding put frequencies on a ring's border (3, 4 at
 * radius 5) into the wrong band. Their studies measure them again when they are run again.
 */
const ofRoundRings = `condition_id IN (SELECT id FROM condition
  WHERE transform LIKE '%"op":"bandNoise"%' AND transform LIKE '%"ring":"round"%')`

export const migration003 = `
DELETE FROM prediction WHERE ${ofRoundRings};
DELETE FROM measurement WHERE ${ofRoundRings};
DELETE FROM failure WHERE ${ofRoundRings};
`
