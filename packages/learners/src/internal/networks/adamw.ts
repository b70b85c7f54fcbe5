/**
 * The optimizer of most recipes.
 */
import * as Optimizer from "@rocflow/core/pipeline/Optimizer"
import * as Transform from "@rocflow/core/pipeline/Transform"

/** Adam whose weight decay is decoupled (Loshchilov and Hutter 2019), behind a clipped gradient where asked for. */
export const adamw = ({
  clip,
  decayed,
  learningRate,
  weightDecay
}: {
  readonly learningRate: number
  readonly weightDecay: number
  readonly clip?: number
  /** The paths of what decays. Default: all. */
  readonly decayed?: ReadonlyArray<string>
}): ReturnType<typeof Optimizer.chain> => {
  if (clip === undefined && weightDecay === 0) return Optimizer.adam({ learningRate })
  const decay = Transform.decay({ rate: weightDecay })
  const begin = clip === undefined ? [] : [Transform.clip({ norm: clip })]
  const [first, ...others] = [
    ...begin,
    Transform.adam(),
    ...(weightDecay === 0 ? [] : [decayed === undefined ? decay : Transform.group(decayed, decay)]),
    Transform.rate(learningRate)
  ]
  return Optimizer.chain(first!, ...others)
}
