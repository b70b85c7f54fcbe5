/**
 * Arrays of networks inside plain JSON, taken out of it and put back: an object of `path`, `shape` and `values` keeps the name
 * of its array in place of the numbers.
 */
import type { NamedArray } from "../../network/Graph.ts"

/** JSON without its arrays, and the arrays by their names. */
export interface Lifted {
  readonly json: unknown
  readonly arrays: ReadonlyArray<NamedArray>
}

type Entry = { readonly path: string; readonly shape: ReadonlyArray<number>; readonly values: ReadonlyArray<number> }

/** Whether a value is an array of a network, whose numbers are all of single precision. */
const isEntry = (value: object): value is Entry => {
  const { path, shape, values } = value as {
    readonly path?: unknown
    readonly shape?: unknown
    readonly values?: unknown
  }
  if (typeof path !== "string" || !Array.isArray(shape) || !Array.isArray(values)) return false
  const size = shape.reduce((product: number, n: unknown) => product * Number(n), 1)
  return values.length === size && values.every((x) => typeof x === "number" && Object.is(Math.fround(x), x))
}

const marked = (value: object): value is { readonly values: { readonly array: string } } =>
  "values" in value && typeof value.values === "object" && value.values !== null && "array" in value.values

/** The names of the lists and objects above an array, but for the state that all stand in and the list it is in. */
const prefix = (keys: ReadonlyArray<string | number>): string =>
  keys
    .slice(1, -2)
    .map((key) => `${key}/`)
    .join("")

/** Takes the arrays out. Their names are their paths, behind where they stand: `"members/0/linear.kernel"`. */
export const lift = (json: unknown): Lifted => {
  const arrays: Array<NamedArray> = []
  const walk = (value: unknown, keys: ReadonlyArray<string | number>): unknown => {
    if (Array.isArray(value)) {
      // Numbers are most of it, and are what they are.
      return typeof value[0] === "number" ? value : value.map((each, i) => walk(each, [...keys, i]))
    }
    if (typeof value !== "object" || value === null) return value
    if (isEntry(value)) {
      const { path, shape, values, ...rest } = value
      const name = `${prefix(keys)}${path}`
      arrays.push({ path: name, shape, values: Float32Array.from(values) })
      return { ...rest, path, shape, values: { array: name } }
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, [...keys, key])]))
  }
  return { json: walk(json, []), arrays }
}

/** Puts the arrays back; one that is not there leaves its mark, which no schema of arrays takes. */
export const putBack = ({ arrays, json }: Lifted): unknown => {
  const byName = new Map(arrays.map(({ path, values }) => [path, values]))
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(walk)
    if (typeof value !== "object" || value === null) return value
    if (marked(value)) {
      const values = byName.get(value.values.array)
      return values === undefined ? value : { ...value, values: Array.from(values) }
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each)]))
  }
  return walk(json)
}
