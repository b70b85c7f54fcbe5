import type { Floats } from "@rocflow/core/pipeline/Loss"
import { makeWorkspace, sort } from "./allPairsOrder.ts"

/**
 * Makes the kernel of the average precision loss: one sort, one sweep down and one up.
 *
 * Every row is a source at `z_j = s_j + margin`, and every positive also a target at its score. A target needs sums of
 * `(z - p)^2` over the sources above it, over positive ones (`own`) and negative ones (`other`); the sweep down carries them
 * by value and derivatives where it stands, as in `allPairsSquaredHinge.ts`:
 *
 *     mass = sum w_j     reach = sum w_j (z_j - p)     area = sum w_j (z_j - p)^2
 *
 * With the two areas of a target its term and the slopes of that are known, and the sweep up brings the slopes of the
 * targets passed to the sources. A positive is its own source at the distance of the margin, so areas of targets are above
 * 0, unless the scores are so large that the margin is lost in rounding: then it counts as if it led.
 * The sorting memory is kept between calls.
 */
export const makeAveragePrecision = (margin: number) => {
  let workspace = makeWorkspace(0)
  /** Of each entry of the order that is a target: the slopes of its term by both areas. */
  let ownSlope = new Float64Array(0)
  let otherSlope = new Float64Array(0)
  return (scores: Floats, targets: Floats, gradient: Floats, weights?: Floats): number => {
    const rows = targets.length
    if (workspace.capacity < 2 * rows) {
      workspace = makeWorkspace(2 * rows)
      ownSlope = new Float64Array(2 * rows)
      otherSlope = new Float64Array(2 * rows)
    }
    const unsorted = workspace.order
    let count = 0
    let positives = 0
    for (let i = 0; i < rows; i++) {
      gradient[i] = 0
      const w = weights === undefined ? 1 : weights[i]!
      if (w === 0) continue
      unsorted.keys[count] = scores[i]! + margin
      unsorted.rows[count++] = i
      if (targets[i] !== 1) continue
      positives += w
      unsorted.keys[count] = scores[i]!
      // What is not a row of a source is one of a target.
      unsorted.rows[count++] = -1 - i
    }
    if (!(positives > 0)) return 0
    const { keys, rows: entries } = sort(workspace, count)

    let value = 0
    let ownMass = 0
    let ownReach = 0
    let ownArea = 0
    let otherMass = 0
    let otherReach = 0
    let otherArea = 0
    for (let k = count - 1; k >= 0; k--) {
      const step = k === count - 1 ? 0 : keys[k + 1]! - keys[k]!
      ownArea += step * (2 * ownReach + step * ownMass)
      ownReach += step * ownMass
      otherArea += step * (2 * otherReach + step * otherMass)
      otherReach += step * otherMass
      const entry = entries[k]!
      if (entry >= 0) {
        const w = weights === undefined ? 1 : weights[entry]!
        if (targets[entry] === 1) ownMass += w
        else otherMass += w
        continue
      }
      const i = -1 - entry
      const share = (weights === undefined ? 1 : weights[i]!) / positives
      const area = ownArea + otherArea
      if (area === 0) {
        ownSlope[k] = otherSlope[k] = 0
        continue
      }
      const wrong = otherArea / area
      value += share * wrong
      ownSlope[k] = (-2 * share * wrong) / area
      otherSlope[k] = (2 * share * (ownArea / area)) / area
      gradient[i]! -= ownSlope[k]! * ownReach + otherSlope[k]! * otherReach
    }

    ownMass = 0
    ownReach = 0
    otherMass = 0
    otherReach = 0
    for (let k = 0; k < count; k++) {
      const step = k === 0 ? 0 : keys[k]! - keys[k - 1]!
      ownReach += step * ownMass
      otherReach += step * otherMass
      const entry = entries[k]!
      if (entry < 0) {
        ownMass += ownSlope[k]!
        otherMass += otherSlope[k]!
        continue
      }
      const w = weights === undefined ? 1 : weights[entry]!
      gradient[entry]! += w * (targets[entry] === 1 ? ownReach : otherReach)
    }
    return value
  }
}
