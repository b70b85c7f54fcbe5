/**
 * The laws of optimizers and of the transforms that they are chains of: an update depends on gradients, slots and
 * parameters alone, so that a training can stop and go on.
 */
import type { Definition } from "../pipeline/Stage.ts"
import type * as Transform from "../pipeline/Transform.ts"
import { findNothing } from "../pipeline/Decode.ts"
import * as Schedule from "../pipeline/Schedule.ts"
import type { Find } from "../pipeline/Definition.ts"
import type { Generator } from "../Seed.ts"
import { holds, law, type Law, LawBroken, same, succeeded } from "./Law.ts"
import * as OptionLaws from "./OptionLaws.ts"

const paths = ["linear.kernel", "linear.bias", "head.kernel"]
const sizes = [6, 2, 3]

const arrays = (random: Generator) => sizes.map((size) => Float32Array.from({ length: size }, () => random.normal()))
const copy = (list: ReadonlyArray<Float32Array>) => list.map((values) => values.slice())
const slotsOf = ({ slots }: Transform.Begun) => slots.map((names, i) => names.map(() => new Float32Array(sizes[i]!)))

type Slots = ReadonlyArray<ReadonlyArray<Float32Array>>

/** Makes the updates of a step, each a new array. */
const stepped = (
  begun: Transform.Begun,
  slots: Slots,
  values: ReadonlyArray<Float32Array>,
  gradients: ReadonlyArray<Float32Array>,
  step: number
): ReadonlyArray<Float32Array> => {
  const updates = copy(gradients)
  begun.apply(
    {
      step,
      arrays: paths.map((path, i) => ({ path, values: values[i]!, update: updates[i]! })),
      read: Schedule.reading(step / 10),
      search: () => 0.5
    },
    slots
  )
  return updates
}

const lawsOf = (bound: () => Transform.Bound): ReadonlyArray<Law> => [
  law("gives finite updates and leaves the parameters as they are", (random) => {
    const begun = bound().begin(paths)
    const values = arrays(random)
    const before = copy(values)
    const slots = slotsOf(begun)
    for (const step of [1, 2, 3]) {
      const gradients = step === 2 ? sizes.map((size) => new Float32Array(size)) : arrays(random)
      const updates = stepped(begun, slots, values, gradients, step)
      holds(
        updates.every((update) => update.every(Number.isFinite)),
        () => `updates ${updates.map((u) => [...u]).join("; ")}`
      )
    }
    same(values, before, "the parameters")
  }),
  law("goes on from its slots as if it had never stopped", (random) => {
    const [first, values] = [bound().begin(paths), arrays(random)]
    const given = Array.from({ length: 6 }, () => arrays(random))
    const slots = slotsOf(first)
    const whole = given.map((gradients, i) => stepped(first, slots, values, gradients, i + 1))
    const begun = bound().begin(paths)
    const early = slotsOf(begun)
    given.slice(0, 3).forEach((gradients, i) => stepped(begun, early, values, gradients, i + 1))
    const saved: Slots = early.map(copy)
    const resumed = bound().begin(paths)
    const rest = given.slice(3).map((gradients, i) => stepped(resumed, saved, values, gradients, i + 4))
    same(rest, whole.slice(3), "the updates after a stop")
  }),
  law("remembers nothing but its slots", (random) => {
    const begun = bound().begin(paths)
    const [values, gradients, others] = [arrays(random), arrays(random), arrays(random)]
    const once = stepped(begun, slotsOf(begun), values, gradients, 1)
    stepped(begun, slotsOf(begun), values, others, 1)
    same(stepped(begun, slotsOf(begun), values, gradients, 1), once, "the same step again")
  })
]

/**
 * The laws of an optimizer with some options; `find` resolves the transforms that they name.
 *
 * @example
 * for (const { check, name } of OptimizerLaws.of(definition, { learningRate: 0.1 })) it(name, check)
 */
export const of = (definition: Definition<"optimizer">, options: object = {}, find: Find = findNothing) => [
  ...OptionLaws.of(definition, options, find),
  ...lawsOf(() => {
    const { part } = succeeded(definition.bind(options, find).bound, `${definition.id} refuses its options`)
    if (part.kind !== "optimizer") throw new LawBroken(`${definition.id} is bound to ${part.kind}`)
    return part.transform
  })
]

/** The laws of a transform with some options. */
export const ofTransform = (definition: Transform.Definition, options: object = {}, find: Find = findNothing) => [
  ...OptionLaws.of(definition, options, find),
  ...lawsOf(() => succeeded(definition.bind(options, find).bound, `${definition.id} refuses its options`).transform)
]
