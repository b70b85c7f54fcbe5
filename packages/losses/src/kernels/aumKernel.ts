/**
 * The compiled passes of `assembly/aum.ts` with views of their memory, which is small and never grows: scores, labels and
 * gradient of one block of rows.
 */
import { base64 } from "./aumWasm.ts"

interface Global {
  readonly value: number
}

/** The part used here: the standard library declares WebAssembly only together with browsers. */
declare const WebAssembly:
  | {
      readonly validate: (bytes: Uint8Array) => boolean
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (module: object) => { readonly exports: unknown }
    }
  | undefined

/** What `assembly/aum.ts` exports: numbers, and a pass for single and for double precision each. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly capacity: Global
  readonly mostBins: Global
  readonly scores: Global
  readonly labels: Global
  readonly gradient: Global
  readonly candidates: Global
  readonly codes: Global
  readonly histogram: Global
  readonly result: Global
  readonly range32: Passes["range"]
  readonly range64: Passes["range"]
  readonly countBins32: Passes["countBins"]
  readonly countBins64: Passes["countBins"]
  readonly sweep32: Passes["sweep"]
  readonly sweep64: Passes["sweep"]
}

/** The passes over scores, labels and gradient of one type; documented in `assembly/aum.ts`. */
export interface Passes<Array extends Float32Array | Float64Array = Float32Array | Float64Array> {
  readonly scores: Array
  readonly labels: Array
  readonly gradient: Array
  readonly range: (n: number) => void
  readonly countBins: (n: number, low: number, scale: number, last: number) => void
  readonly sweep: (
    n: number,
    low: number,
    scale: number,
    last: number,
    bin: number,
    lower: number,
    upper: number,
    negativeSlope: number,
    positiveSlope: number
  ) => void
}

export interface Kernel {
  /** The most rows of a block. */
  readonly capacity: number
  readonly mostBins: number
  readonly single: Passes<Float32Array>
  readonly double: Passes<Float64Array>
  readonly candidates: Float64Array
  readonly codes: Int32Array
  readonly histogram: Int32Array
  readonly result: Float64Array
}

const view = (exports: Exports): Kernel => {
  const { buffer } = exports.memory
  const capacity = exports.capacity.value
  const mostBins = exports.mostBins.value
  return {
    capacity,
    mostBins,
    single: {
      scores: new Float32Array(buffer, exports.scores.value, capacity),
      labels: new Float32Array(buffer, exports.labels.value, capacity),
      gradient: new Float32Array(buffer, exports.gradient.value, capacity),
      range: exports.range32,
      countBins: exports.countBins32,
      sweep: exports.sweep32
    },
    double: {
      scores: new Float64Array(buffer, exports.scores.value, capacity),
      labels: new Float64Array(buffer, exports.labels.value, capacity),
      gradient: new Float64Array(buffer, exports.gradient.value, capacity),
      range: exports.range64,
      countBins: exports.countBins64,
      sweep: exports.sweep64
    },
    candidates: new Float64Array(buffer, exports.candidates.value, capacity),
    codes: new Int32Array(buffer, exports.codes.value, capacity),
    histogram: new Int32Array(buffer, exports.histogram.value, 2 * (mostBins + 1)),
    result: new Float64Array(buffer, exports.result.value, 3)
  }
}

/** Returns the passes in memory of their own, or undefined where WebAssembly or its SIMD instructions are missing. */
export const make = (): Kernel | undefined => {
  if (typeof WebAssembly === "undefined") return undefined
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  if (!WebAssembly.validate(bytes)) return undefined
  return view(new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Exports)
}

let one: { readonly kernel: Kernel | undefined } | undefined

/** Returns the one of the process (evaluations never interleave), made by the first call. */
export const shared = (): Kernel | undefined => (one ??= { kernel: make() }).kernel
