/**
 * A scene as the fragment of an address, so that a link brings another person to what one sees:
 *
 *     #examples=p1.5,n-0.3,n2w3&margin=1&errors=rate
 *
 * An example is its class (p or n), its score, and w with its weight where that is not 1. Scores are written in full: rounded
 * ones would tie, or no longer tie.
 */
import { limits, make, type Row, type Scene } from "./Scene.ts"

/** Writes a scene. */
export const write = ({ denominator, examples, margin }: Scene): string => {
  const rows = examples.map(
    ({ positive, score, weight }) => `${positive ? "p" : "n"}${score}${weight === 1 ? "" : `w${weight}`}`
  )
  return `#examples=${rows.join(",")}&margin=${margin}&errors=${denominator}`
}

const row = (text: string): Row | undefined => {
  const parts = /^([pn])(-?[\d.e+-]+)(?:w([\d.]+))?$/.exec(text)
  const [score, weight] = [Number(parts?.[2]), Number(parts?.[3] ?? 1)]
  const usable = Math.abs(score) <= limits.score && weight >= limits.lightest && weight <= limits.heaviest
  return usable ? [score, parts?.[1] === "p", weight] : undefined
}

/** Reads a scene; undefined where the fragment is none: another word, a score or a weight beyond the limits, too many. */
export const read = (fragment: string): Scene | undefined => {
  // Not URLSearchParams, which makes a space of the + in 1e+2.
  const fields = new Map(
    fragment
      .replace(/^#/, "")
      .split("&")
      .map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)])
  )
  const rows = (fields.get("examples") ?? "").split(",").map(row)
  const margin = Number(fields.get("margin") ?? 1)
  const denominator = fields.get("errors") ?? "rate"
  const usable = rows.filter((row) => row !== undefined)
  if (usable.length < rows.length || rows.length > limits.examples) return undefined
  if (!(margin >= 0 && margin <= limits.margin)) return undefined
  return denominator === "rate" || denominator === "count" ? make(usable, { margin, denominator }) : undefined
}
