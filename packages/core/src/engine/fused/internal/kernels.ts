/**
 * The compiled kernels, typed, each instance with a memory of its own. What they do is documented in `../assembly`.
 */
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import { base64 as relaxed } from "./relaxedWasm.ts"
import { base64 as strict } from "./strictWasm.ts"

/**
 * How products are added up: `relaxed` rounds once for a·b + c where the processor has such an instruction, `strict` rounds
 * twice everywhere, so that the bits are the same on every processor.
 */
export type Arithmetic = "relaxed" | "strict"

/** An address in bytes, or 0 for none. */
type At = number

/** The part used here: the standard library declares WebAssembly only together with browsers. */
declare const WebAssembly:
  | {
      readonly validate: (bytes: Uint8Array) => boolean
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (module: object) => { readonly exports: unknown }
    }
  | undefined

/** What `../assembly/index.ts` exports. Sizes are counts of numbers, strides are in bytes. */
export interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number }
  readonly heap: { readonly value: number }
  readonly clear: (at: At, bytes: number) => void

  readonly product: (
    m: number,
    n: number,
    k: number,
    a: At,
    rows: At,
    inner: At,
    b: At,
    bStride: number,
    c: At,
    cStride: number,
    how: number,
    bias: At
  ) => void
  readonly column: (n: number, from: At, stride: number, to: At) => void
  readonly dots: (
    units: number,
    m: number,
    k: number,
    x: At,
    xStride: number,
    w: At,
    wStride: number,
    y: At,
    yStride: number,
    bias: At
  ) => void
  readonly weightedRows: (
    units: number,
    m: number,
    k: number,
    d: At,
    dStride: number,
    x: At,
    xStride: number,
    y: At,
    yStride: number
  ) => void
  readonly productTransposed: (
    m: number,
    n: number,
    k: number,
    a: At,
    aStride: number,
    b: At,
    bStride: number,
    c: At,
    cStride: number
  ) => void

  readonly activate: (kind: number, n: number, x: At, y: At, p: number, q: number) => void
  readonly activateBack: (kind: number, n: number, x: At, dy: At, dx: At, p: number, q: number) => void
  readonly gate: (kind: number, rows: number, width: number, x: At, y: At) => void
  readonly gateBack: (kind: number, rows: number, width: number, x: At, dy: At, dx: At) => void
  readonly prelu: (rows: number, width: number, count: number, x: At, slopes: At, y: At) => void
  readonly preluBack: (
    rows: number,
    width: number,
    count: number,
    x: At,
    slopes: At,
    dy: At,
    dx: At,
    dSlopes: At
  ) => void

  readonly softmax: (rows: number, width: number, scale: number, x: At, y: At) => void
  readonly softmaxBack: (rows: number, width: number, scale: number, y: At, dy: At, dx: At) => void

  readonly waves: (
    rows: number,
    features: number,
    count: number,
    x: At,
    frequencies: At,
    phases: At,
    sines: At,
    cosines: At,
    stride: number
  ) => void
  readonly wavesBack: (
    rows: number,
    features: number,
    count: number,
    x: At,
    frequencies: At,
    sines: At,
    cosines: At,
    stride: number,
    dSines: At,
    dCosines: At,
    dFrequencies: At,
    dPhases: At,
    dx: At
  ) => void

  readonly add: (n: number, a: At, b: At, y: At) => void
  readonly multiply: (n: number, a: At, b: At, y: At) => void
  readonly copyRows: (rows: number, bytes: number, from: At, fromStride: number, to: At, toStride: number) => void
  readonly sumRows: (rows: number, width: number, x: At, y: At) => void
  readonly scaleRows: (rows: number, width: number, x: At, scale: At, shift: At, y: At) => void
  readonly sumProducts: (rows: number, width: number, a: At, b: At, s: At) => void
  readonly gather: (n: number, columns: number, width: number, codes: At, offsets: At, table: At, y: At) => void
  readonly gatherBack: (
    n: number,
    columns: number,
    width: number,
    codes: At,
    offsets: At,
    dy: At,
    dTable: At,
    size: number
  ) => void

  readonly layerNorm: (
    rows: number,
    width: number,
    x: At,
    scale: At,
    shift: At,
    y: At,
    means: At,
    factors: At,
    epsilon: number
  ) => void
  readonly layerNormBack: (
    rows: number,
    width: number,
    x: At,
    scale: At,
    dy: At,
    dx: At,
    dScale: At,
    dShift: At,
    means: At,
    factors: At
  ) => void
  readonly moments: (rows: number, width: number, x: At, mean: At, variance: At) => void
  readonly towards: (n: number, running: At, now: At, momentum: number, factor: number) => void
  readonly normalise: (
    rows: number,
    width: number,
    x: At,
    mean: At,
    variance: At,
    scale: At,
    shift: At,
    y: At,
    factors: At,
    epsilon: number
  ) => void
  readonly normaliseBack: (
    rows: number,
    width: number,
    x: At,
    mean: At,
    factors: At,
    scale: At,
    dy: At,
    dx: At,
    dScale: At,
    dShift: At,
    own: number
  ) => void

  readonly drawMask: (
    n: number,
    high: number,
    low: number,
    first: number,
    most: number,
    least: number,
    kept: number,
    y: At
  ) => void

  readonly spread: (rows: number, features: number, size: number, x: At, kernel: At, bias: At, y: At) => void
  readonly spreadBack: (
    rows: number,
    features: number,
    size: number,
    x: At,
    kernel: At,
    dy: At,
    dKernel: At,
    dx: At
  ) => void
  readonly sumMembers: (rows: number, count: number, width: number, x: At, y: At) => void

  readonly pad: (height: number, bytes: number, from: At, to: At, toStride: number) => void
  readonly addPatches: (places: number, count: number, length: number, at: At, starts: At, patches: At, x: At) => void
  readonly maxPool: (windows: number, channels: number, x: At, first: At, entries: At, y: At, places: At) => void
  readonly maxPoolBack: (windows: number, channels: number, dy: At, places: At, dx: At) => void
  readonly averagePool: (windows: number, channels: number, x: At, first: At, entries: At, y: At) => void
  readonly averagePoolBack: (windows: number, channels: number, dy: At, first: At, entries: At, dx: At) => void

  readonly binaryCrossEntropy: (
    n: number,
    scores: At,
    targets: At,
    weights: At,
    gradient: At,
    positive: number,
    smoothing: number,
    scale: number
  ) => number
  readonly squaredError: (n: number, scores: At, targets: At, weights: At, gradient: At, scale: number) => number
  readonly crossEntropy: (
    n: number,
    classes: number,
    scores: At,
    targets: At,
    weights: At,
    gradient: At,
    smoothing: number,
    scale: number
  ) => number

  readonly squares: (n: number, x: At) => number
  readonly descend: (n: number, w: At, g: At, factor: number, penalty: number, rate: number) => void
  readonly momentum: (
    n: number,
    w: At,
    g: At,
    v: At,
    factor: number,
    penalty: number,
    mu: number,
    nesterov: number,
    decay: number,
    rate: number
  ) => void
  readonly adam: (
    n: number,
    w: At,
    g: At,
    first: At,
    second: At,
    factor: number,
    penalty: number,
    beta1: number,
    beta2: number,
    rest1: number,
    rest2: number,
    epsilon: number,
    size: number,
    root: number,
    shrink: number
  ) => void
  /** `mean` and `velocity` are 0 where there is none. */
  readonly rmsprop: (
    n: number,
    w: At,
    g: At,
    square: At,
    mean: At,
    velocity: At,
    factor: number,
    penalty: number,
    alpha: number,
    rest: number,
    epsilon: number,
    mu: number,
    nesterov: number,
    decay: number,
    rate: number
  ) => void
  readonly adagrad: (
    n: number,
    w: At,
    g: At,
    sum: At,
    factor: number,
    penalty: number,
    epsilon: number,
    decay: number,
    rate: number
  ) => void
  readonly lion: (
    n: number,
    w: At,
    g: At,
    mean: At,
    factor: number,
    penalty: number,
    beta1: number,
    rest1: number,
    beta2: number,
    rest2: number,
    decay: number,
    rate: number
  ) => void
}

/** How the entries of a product begin. */
export const Begin = { zero: 0, add: 1, bias: 2 } as const

const texts: Readonly<Record<Arithmetic, string>> = { relaxed, strict }

const decoded = new Map<Arithmetic, Uint8Array>()

/** The compiled kernels, which are the same bytes each time. */
const bytes = (arithmetic: Arithmetic): Uint8Array => {
  const known = decoded.get(arithmetic) ?? Result.getOrThrow(Base64.decode(texts[arithmetic]))
  decoded.set(arithmetic, known)
  return known
}

/** Whether this machine runs the kernels. */
export const runs = (arithmetic: Arithmetic): boolean =>
  arithmetic in texts && typeof WebAssembly !== "undefined" && WebAssembly.validate(bytes(arithmetic))

const modules = new Map<Arithmetic, object>()

/** New kernels with a memory of their own; `runs` has said that they run. */
export const instantiate = (arithmetic: Arithmetic): Kernels => {
  if (typeof WebAssembly === "undefined") throw new Error("this machine has no WebAssembly")
  const module = modules.get(arithmetic) ?? new WebAssembly.Module(bytes(arithmetic))
  modules.set(arithmetic, module)
  return new WebAssembly.Instance(module).exports as Kernels
}
