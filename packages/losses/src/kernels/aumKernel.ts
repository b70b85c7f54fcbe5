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

/** What `assembly/aum.ts` exports: numbers, and passes for single or for double precision, or for both. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly capacity: Global
  readonly lastBin: Global
  readonly scores: Global
  readonly labels: Global
  readonly gradient: Global
  readonly codes: Global
  readonly rows: Global
  readonly histogram: Global
  readonly extremes: Global
  readonly clear: Kernel["clear"]
  readonly collect: Kernel["collect"]
  readonly setSlopes: Kernel["setSlopes"]
  readonly range32: Passes["range"]
  readonly range64: Passes["range"]
  readonly encode32: Passes["encode"]
  readonly encode64: Passes["encode"]
  readonly settle32: Passes["settle"]
  readonly settle64: Passes["settle"]
}

/** The passes over scores, labels and gradient of one type, `half` the margin; documented in `assembly/aum.ts`. */
export interface Passes<Array extends Float32Array | Float64Array = Float32Array | Float64Array> {
  readonly scores: Array
  readonly labels: Array
  readonly gradient: Array
  readonly range: (n: number, half: number) => void
  readonly encode: (n: number, half: number, low: number, scale: number, last: number) => number
  readonly settle: (n: number, bin: number, crossing: number) => number
}

export interface Kernel {
  /** The most rows of a block. */
  readonly capacity: number
  readonly lastBin: number
  readonly single: Passes<Float32Array>
  readonly double: Passes<Float64Array>
  readonly codes: Uint8Array
  readonly rows: Int32Array
  readonly histogram: Int32Array
  readonly extremes: Float64Array
  readonly clear: () => void
  readonly collect: (n: number, bin: number) => number
  readonly setSlopes: (bin: number, last: number, negativeSlope: number, positiveSlope: number) => void
}

const view = (exports: Exports): Kernel => {
  const { clear, collect, setSlopes } = exports
  const { buffer } = exports.memory
  const capacity = exports.capacity.value
  return {
    capacity,
    lastBin: exports.lastBin.value,
    single: {
      scores: new Float32Array(buffer, exports.scores.value, capacity),
      labels: new Float32Array(buffer, exports.labels.value, capacity),
      gradient: new Float32Array(buffer, exports.gradient.value, capacity),
      range: exports.range32,
      encode: exports.encode32,
      settle: exports.settle32
    },
    double: {
      scores: new Float64Array(buffer, exports.scores.value, capacity),
      labels: new Float64Array(buffer, exports.labels.value, capacity),
      gradient: new Float64Array(buffer, exports.gradient.value, capacity),
      range: exports.range64,
      encode: exports.encode64,
      settle: exports.settle64
    },
    codes: new Uint8Array(buffer, exports.codes.value, capacity),
    rows: new Int32Array(buffer, exports.rows.value, capacity),
    histogram: new Int32Array(buffer, exports.histogram.value, 256),
    extremes: new Float64Array(buffer, exports.extremes.value, 2),
    clear,
    collect,
    setSlopes
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
