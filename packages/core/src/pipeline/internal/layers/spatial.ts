/**
 * What the compiler says of layers that work on images and sequences.
 */
import type * as Pipeline from "../../Pipeline.ts"

/** The axes of rows of rank 2 and 3, in words. */
interface Axes {
  readonly 2: "[length, channels]"
  readonly 3: "[height, width, channels]"
}

/** `unknown` if the rows of `P` have the rank `N`, or one that the compiler does not know, else a sentence. */
export type Spatial<
  P extends Pipeline.Any,
  N extends keyof Axes,
  Name extends string
> = number extends Pipeline.ShapeOf<P>["length"]
  ? unknown
  : Pipeline.ShapeOf<P>["length"] extends N
    ? unknown
    : `${Name} takes rows of shape ${Axes[N]}, these have rank ${Pipeline.ShapeOf<P>["length"]}: put Nn.reshape(${Axes[N]}) or Ingress.tensor before it`
