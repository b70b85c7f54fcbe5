/** When a search stops, and which step it recommends. */
import type { Events } from "./lineSearchEvents.ts"
import { EventLog } from "./lineSearchEvents.ts"
import type { Sweep } from "./lineSearchSweep.ts"

/**
 * When a search stops:
 *
 * - `minAum`: when AUM is about to rise, has fallen below 10⁻⁹ of its start, or no lines are left to meet;
 * - `maxAuc`: when AUC has fallen by more than 10⁻⁶, or no lines are left to meet;
 * - `rows`: when there are so many rows, that of step 0 among them;
 * - `all`: when no lines are left to meet, after up to B (B − 1) / 2 rows for B lines.
 */
export type Limit =
  | { readonly _tag: "minAum" }
  | { readonly _tag: "maxAuc" }
  | { readonly _tag: "rows"; readonly rows: number }
  | { readonly _tag: "all" }

/**
 * The recommended step, AUM there, and AUC just after it, with the events up to where the search stopped and the
 * sums of their `intersections` and `intervals`. `iterations` is the number of events after step 0.
 */
export interface Search {
  readonly step: number
  readonly aum: number
  readonly auc: number
  readonly iterations: number
  readonly intersections: number
  readonly intervals: number
  readonly events: Events
}

/** Relative to AUM at step 0: what counts as no AUM at all, and as no change of it. */
const zeroAum = 1e-9
const sameAum = 1e-10
/** A gain of AUC above rounding, and a loss worth stopping for. */
const gainOfAuc = 1e-12
const lossOfAuc = 1e-6

const last = (steps: Float64Array, step: number) => {
  let row = steps.length - 1
  while (row > 0 && steps[row]! > step) row--
  return row
}

/**
 * Runs the sweep. The step for `maxAuc` is the middle between the first step with the best AUC and the step where the
 * search stopped; for the other limits it is the middle of the first stretch of steps with the least AUM.
 */
export const choose = (sweep: Sweep, limit: Limit): Search => {
  const log = new EventLog()
  let event = sweep.start()
  log.add(event)
  const zero = zeroAum * event.aum
  const tolerance = sameAum * event.aum
  let leastAum = event.aum
  let leastFrom = 0
  let leastTo = 0
  let atLeast = true
  let bestAuc = event.aucAfter
  let bestFrom = 0
  let intersections = 0
  let intervals = 0
  const stops = () => {
    switch (limit._tag) {
      case "minAum":
        return event.aumSlopeAfter > 0 || event.aum <= zero
      case "maxAuc":
        return event.aucAfter < bestAuc - lossOfAuc
      case "rows":
        return log.size >= limit.rows
      case "all":
        return false
    }
  }
  while (sweep.queueSize > 0 && sweep.negative === undefined && !stops()) {
    event = sweep.next()
    log.add(event)
    intersections += event.intersections
    intervals += event.intervals
    if (event.aum < leastAum - tolerance) {
      leastAum = event.aum
      leastFrom = event.step
      leastTo = event.step
      atLeast = true
    } else if (event.aum > leastAum + tolerance) atLeast = false
    else if (atLeast) leastTo = event.step
    if (event.aucAfter > bestAuc + gainOfAuc) {
      bestAuc = event.aucAfter
      bestFrom = event.step
    }
  }
  const step = limit._tag === "maxAuc" ? (bestFrom + event.step) / 2 : (leastFrom + leastTo) / 2
  const events = log.columns()
  const row = last(events.step, step)
  return {
    step,
    aum: events.aum[row]! + events.aumSlopeAfter[row]! * (step - events.step[row]!),
    auc: events.aucAfter[row]!,
    iterations: log.size - 1,
    intersections,
    intervals,
    events
  }
}
