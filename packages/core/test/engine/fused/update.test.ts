/**
 * The updates of optimizers by kernels, against the same transforms in double precision over single.
 */
import { describe, expect, it } from "vitest"
import { instantiate, runs } from "../../../src/engine/fused/internal/kernels.ts"
import * as Update from "../../../src/engine/fused/internal/update.ts"
import { findNothing } from "../../../src/pipeline/Decode.ts"
import * as Optimizer from "../../../src/pipeline/Optimizer.ts"
import * as Schedule from "../../../src/pipeline/Schedule.ts"
import * as Seed from "../../../src/Seed.ts"
import { partOf } from "../../support/pipelines.ts"

const paths = ["site/embedding.kernel", "linear.kernel", "linear.bias", "head.kernel", "head.bias"]
const sizes = [9, 12, 3, 4, 1]

const cases: ReadonlyArray<readonly [Optimizer.Definition, object]> = [
  [Optimizer.sgdDefinition, { learningRate: 0.1, weightDecay: 0.1 }],
  [Optimizer.sgdDefinition, { learningRate: Schedule.cosine({ from: 0.1 }), momentum: Schedule.linear({ from: 0.9 }) }],
  [Optimizer.sgdDefinition, { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1, clipNorm: 1 }],
  [Optimizer.adamDefinition, { learningRate: 0.1, beta1: Schedule.linear({ from: 0.9, to: 0.5 }), weightDecay: 0.1 }],
  [Optimizer.adamwDefinition, { learningRate: Schedule.linear({ from: 0.1, warmUp: 0.3 }), weightDecay: 0.5 }],
  [
    Optimizer.adamwDefinition,
    {
      weightDecay: Schedule.flatCosine({ from: 0.1 }),
      groups: [
        { paths: ["site/**"], rate: Schedule.step({ from: 1, at: [0.5] }), weightDecay: 0.3 },
        { paths: ["**.bias"], rate: 0 }
      ]
    }
  ],
  [Optimizer.rmspropDefinition, { weightDecay: 0.1 }],
  [Optimizer.rmspropDefinition, { centered: true, alpha: 0.8 }],
  [Optimizer.rmspropDefinition, { momentum: 0.5, clipNorm: 2 }],
  [
    Optimizer.rmspropDefinition,
    { momentum: 0.5, centered: true, alpha: 0.9, groups: [{ paths: ["head.*"], rate: 3 }] }
  ],
  [Optimizer.adagradDefinition, { learningRate: 0.5, weightDecay: 0.1 }],
  [Optimizer.lionDefinition, { learningRate: 0.1, weightDecay: 0.5 }],
  [
    Optimizer.lionDefinition,
    { learningRate: 0.1, beta1: 0.5, groups: [{ paths: ["head.*"], rate: 0.5, weightDecay: 1 }] }
  ]
]

const steps = 8

for (const arithmetic of (["relaxed", "strict"] as const).filter(runs)) {
  describe(`the ${arithmetic} kernels`, () => {
    it.each(cases)("make the updates of %o with %o", (definition, options) => {
      const transform = partOf(definition.bind(options, findNothing), "optimizer").transform
      const begun = transform.begin(paths)
      const random = Seed.generator(Seed.root(5))
      const drawn = () => sizes.map((size) => Float32Array.from({ length: size }, () => random.normal()))

      const kernels = instantiate(arithmetic)
      kernels.memory.grow(1)
      let next = Math.ceil(kernels.heap.value / 64) * 64
      const padded = sizes.map((size) => Math.ceil(size / 4) * 4)
      const extents: ReadonlyArray<Update.Extent> = padded.map((numbers, i) => ({
        from: 4 * padded.slice(0, i).reduce((sum, before) => sum + before, 0),
        numbers
      }))
      const block = (): number => {
        const at = next
        next += 4 * extents.reduce((sum, { numbers }) => sum + numbers, 0) + 64
        return at
      }
      const [parameters, gradients, ...slots] = [block(), block(), block(), block(), block()] as const
      const views = (at: number) =>
        extents.map(({ from }, i) => new Float32Array(kernels.memory.buffer, at + from, sizes[i]))
      const chain = Update.chainOf(transform.formulas, paths)
      const update = Update.update(chain!, kernels, { parameters, gradients, slots, extents, frozen: new Set() })

      const values = drawn()
      values.forEach((array, i) => views(parameters)[i]!.set(array))
      const own = begun.slots.map((names, i) => names.map(() => new Float32Array(sizes[i]!)))
      for (let step = 1; step <= steps; step++) {
        const given = drawn()
        given.forEach((array, i) => views(gradients)[i]!.set(array))
        const read = Schedule.reading((step - 1) / steps)
        update(step, read)
        const arrays = paths.map((path, i) => ({ path, values: values[i]!, update: given[i]! }))
        begun.apply({ step, arrays, read, search: () => 0 }, own)
        for (const { update, values } of arrays) for (let i = 0; i < values.length; i++) values[i]! -= update[i]!
      }
      values.forEach((expected, i) => {
        const actual = views(parameters)[i]!
        expected.forEach((value, k) =>
          expect(Math.abs(actual[k]! - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)))
        )
      })
      own.forEach((arrays, i) =>
        arrays.forEach((expected, slot) => {
          const actual = views(slots[slot]!)[i]!
          expected.forEach((value, k) =>
            expect(Math.abs(actual[k]! - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)))
          )
        })
      )
    })
  })
}
