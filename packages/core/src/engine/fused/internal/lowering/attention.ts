/**
 * Multi-head self-attention: the products of each row and head find queries, keys and values by strides, where the dense
 * layer before left them side by side.
 */
import type { Region } from "../arena.ts"
import { Begin } from "../kernels.ts"
import type { Draws, Gradients, Operation, Place } from "../operation.ts"
import { maskOf } from "./dropout.ts"
import { linear } from "./linear.ts"

/** Attention in a layer that draws all its masks from one stream. */
export interface Attention {
  readonly own: ReadonlyArray<Region>
  /** `draws` are undefined in prediction. */
  readonly forward: (rows: number, draws: Draws | undefined) => void
  readonly backward: (rows: number, gradients: Gradients) => void
}

/** softmax(q·kᵀ / √width)·v of each head, between two dense layers. */
export const attention = (
  place: Place,
  { heads, rate }: { readonly heads: number; readonly rate: number }
): Attention => {
  const { arena, kernels, parameters, rows, shape } = place
  const [tokens = 1, size = 1] = shape
  const width = size / heads
  const scale = 1 / Math.sqrt(width)
  const entries = rows * tokens * size
  const pairs = tokens * tokens
  const count = rows * heads * pairs

  const triples = arena.shared(3 * entries)
  // q·kᵀ on the way forward, the gradient of the weights on the way back.
  const alike = arena.shared(count)
  const weights = arena.shared(count)
  const mask = maskOf(place, rate, heads * pairs)
  const dropped = mask === undefined ? weights : arena.shared(count)
  const mixed = arena.shared(entries)
  const [dTriples, dMixed] = [arena.shared(3 * entries), arena.shared(entries)]

  const before = linear({ ...place, output: triples, shape: [tokens, 3 * size], parameters: parameters.slice(0, 2) })
  const after = linear({ ...place, input: mixed, inputShape: shape, parameters: parameters.slice(2) })

  // Bytes from token to token: of queries, keys and values; of what the heads give; of weights.
  const [wide, narrow, line] = [12 * size, 4 * size, 4 * tokens]
  const each = arena.strides(tokens, 4)
  const lines = arena.strides(tokens, line)
  const { product, productTransposed } = kernels

  /** Runs for each row and head, with the bytes to its place in triples, in what heads give and in weights. */
  const eachHead = (used: number, run: (triple: number, head: number, weight: number) => void): void => {
    for (let row = 0; row < used; row++) {
      for (let head = 0; head < heads; head++) {
        const start = 4 * head * width
        run(row * tokens * wide + start, row * tokens * narrow + start, 4 * (row * heads + head) * pairs)
      }
    }
  }

  return {
    own: [
      triples,
      alike,
      weights,
      dropped,
      mixed,
      dTriples,
      dMixed,
      ...(mask === undefined ? [] : [mask.factors]),
      ...(before.own ?? []),
      ...(after.own ?? [])
    ],
    forward: (used, draws) => {
      before.forward(used, draws !== undefined)
      const [q, k, v] = [triples.at, triples.at + narrow, triples.at + 2 * narrow]
      eachHead(used, (triple, _, weight) =>
        productTransposed(tokens, tokens, width, q + triple, wide, k + triple, wide, alike.at + weight, line)
      )
      kernels.softmax(used * heads * tokens, tokens, scale, alike.at, weights.at)
      if (mask !== undefined && draws !== undefined) {
        mask.draw(used, draws)
        mask.apply(used, weights, dropped)
      }
      const w = draws === undefined ? weights.at : dropped.at
      eachHead(used, (triple, head, weight) => {
        const [from, right, to] = [w + weight, v + triple, mixed.at + head]
        product(tokens, width, tokens, from, lines.at, each.at, right, wide, to, narrow, Begin.zero, 0)
      })
      after.forward(used, draws !== undefined)
    },
    backward: (used, { input, output, parameters: gradients }) => {
      after.backward(used, { output, input: dMixed, parameters: gradients.slice(2) })
      const [q, k, v] = [triples.at, triples.at + narrow, triples.at + 2 * narrow]
      const [dq, dk, dv] = [dTriples.at, dTriples.at + narrow, dTriples.at + 2 * narrow]
      eachHead(used, (triple, head, weight) => {
        const [w, d, own] = [dropped.at + weight, dMixed.at + head, alike.at + weight]
        productTransposed(tokens, tokens, width, d, narrow, v + triple, wide, own, line)
        product(tokens, width, tokens, w, each.at, lines.at, d, narrow, dv + triple, wide, Begin.zero, 0)
      })
      mask?.apply(used, alike, alike)
      kernels.softmaxBack(used * heads * tokens, tokens, scale, weights.at, alike.at, alike.at)
      eachHead(used, (triple, _, weight) => {
        const d = alike.at + weight
        product(tokens, width, tokens, d, lines.at, each.at, k + triple, wide, dq + triple, wide, Begin.zero, 0)
        product(tokens, width, tokens, d, each.at, lines.at, q + triple, wide, dk + triple, wide, Begin.zero, 0)
      })
      before.backward(used, { output: dTriples, input, parameters: gradients.slice(0, 2) })
    }
  }
}

/** The layer that is attention alone. */
export const selfAttention =
  ({ dropout, heads }: { readonly dropout: number; readonly heads: number }) =>
  (place: Place): Operation => {
    const { backward, forward, own } = attention(place, { heads, rate: dropout })
    return { own, backward, forward: (used, training) => forward(used, training ? place.draws() : undefined) }
  }
