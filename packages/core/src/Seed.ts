/**
 * One root seed; every use of randomness derives its own by a path.
 *
 * A seed is a 64-bit key of the counter-based generator Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Deriving is encrypting the path with the key, so two uses
 * with different paths get independent streams, and what one use draws never shifts what another one sees: serial,
 * parallel and resumed runs give identical numbers.
 */

/** A key from which streams and further seeds are derived. Plain data. @category models */
export interface Seed {
  readonly high: number
  readonly low: number
}

/** A stream of random numbers: mutable, for one use inside one synchronous kernel. @category models */
export interface Generator {
  /** The next 32 random bits, as an integer in [0, 2³²). */
  readonly uint32: () => number
  /** A number in [0, 1) with 53 random bits. */
  readonly float: () => number
  /** An integer in [0, n), without modulo bias. `n` is in [1, 2³²]. */
  readonly below: (n: number) => number
  /** A draw from the standard normal distribution (Box–Muller). */
  readonly normal: () => number
  /** Permutes the array in place; every order is equally likely (Fisher–Yates). */
  readonly shuffle: (array: { [index: number]: unknown; readonly length: number }) => void
}

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
const parity = 0x1bd11bda

/**
 * Encrypts the counter (c0, c1) with the key (k0, k1) by Threefry-2x32, 20 rounds, into `out` (two 32-bit words).
 *
 * @example
 * const out = new Uint32Array(2)
 * threefry(0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, out)
 * out[0].toString(16) // => "c4923a9c", the known answer of the Random123 library
 */
export const threefry = (k0: number, k1: number, c0: number, c1: number, out: Uint32Array): void => {
  const k2 = parity ^ k0 ^ k1
  const keys = [k0, k1, k2] as const
  let x0 = (c0 + k0) | 0
  let x1 = (c1 + k1) | 0
  for (let group = 1; group <= 5; group++) {
    const first = (group - 1) % 2 === 0 ? 0 : 4
    for (let round = first; round < first + 4; round++) {
      const rotation = rotations[round]!
      x0 = (x0 + x1) | 0
      x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0
    }
    x0 = (x0 + keys[group % 3]!) | 0
    x1 = (x1 + keys[(group + 1) % 3]! + group) | 0
  }
  out[0] = x0
  out[1] = x1
}

const encrypt = (key: Seed, c0: number, c1: number): Seed => {
  const out = new Uint32Array(2)
  threefry(key.high, key.low, c0, c1, out)
  return { high: out[0]!, low: out[1]! }
}

/** Makes the root seed of a run from an integer in [−2⁵³, 2⁵³]. @category constructors */
export const root = (value: number): Seed => ({
  high: Math.floor(value / 4294967296) >>> 0,
  low: value >>> 0
})

/**
 * Derives the seed of a use from its path. Each part is absorbed with its type and its length, so that
 * `("a", "bc")`, `("ab", "c")`, `(1)` and `("1")` all differ.
 *
 * @example
 * derive(root(1), "split", 0) // a seed that depends on the root, "split" and 0, and on nothing else
 */
export const derive = (seed: Seed, ...path: ReadonlyArray<string | number>): Seed =>
  path.reduce<Seed>((key, part) => {
    const text = String(part)
    let state = encrypt(key, typeof part === "number" ? 1 : 2, text.length)
    for (let i = 0; i < text.length; i += 4) {
      state = encrypt(
        state,
        text.charCodeAt(i) | ((text.charCodeAt(i + 1) || 0) << 16),
        (text.charCodeAt(i + 2) || 0) | ((text.charCodeAt(i + 3) || 0) << 16)
      )
    }
    return state
  }, seed)

/**
 * Starts the stream of a seed. Two streams of the same seed give the same numbers.
 *
 * @example
 * const random = generator(derive(root(1), "shuffle", 3))
 * const order = Int32Array.from({ length: 5 }, (_, i) => i)
 * random.shuffle(order)
 */
export const generator = (seed: Seed): Generator => {
  const block = new Uint32Array(2)
  let counter = 0
  let used = 2
  const uint32 = (): number => {
    if (used === 2) {
      threefry(seed.high, seed.low, counter >>> 0, Math.floor(counter / 4294967296), block)
      counter += 1
      used = 0
    }
    return block[used++]!
  }
  const float = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992
  const below = (n: number): number => {
    // The numbers behind the last whole multiple of n would make the first values likelier: drawn again.
    for (;;) {
      const draw = uint32()
      const value = draw % n
      if (draw - value <= 4294967296 - n) return value
    }
  }
  let spare: number | undefined
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare
      spare = undefined
      return kept
    }
    const radius = Math.sqrt(-2 * Math.log(1 - float()))
    const angle = 2 * Math.PI * float()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  const shuffle: Generator["shuffle"] = (array) => {
    for (let i = array.length - 1; i > 0; i--) {
      const j = below(i + 1)
      const held = array[i]
      array[i] = array[j]
      array[j] = held
    }
  }
  return { uint32, float, below, normal, shuffle }
}
