/**
 * What a learner tunes, as text: `rate: 0.001 to 1, on a logarithmic scale`.
 */
import type * as Tune from "@rocflow/resampling/Tune"

const rangeText = (range: Tune.Range): string => {
  switch (range.type) {
    case "choice":
      return `one of ${range.values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", ")}`
    case "real":
      return `${range.from} to ${range.to}`
    case "log":
      return `${range.from} to ${range.to}, on a logarithmic scale`
    case "integer":
      return `whole numbers from ${range.from} to ${range.to}${range.log === true ? ", on a logarithmic scale" : ""}`
  }
}

/** A line for each name. */
export const spaceLines = (space: ReadonlyMap<string, Tune.Range>): ReadonlyArray<string> =>
  Array.from(space, ([name, range]) => `tunes ${name}: ${rangeText(range)}`)
