/** The figure of both losses along the arrows of one of them. */
import * as Result from "effect/Result"
import { aumAlong, crossEntropyAlong, type Profile } from "../Descent.ts"
import type { Scene } from "../Scene.ts"
import { type Box, draw, empty, frame, xGrid, xTitle, yGrid, yTitle } from "./axes.ts"
import { line, rule, svg, text } from "./dom.ts"
import { linear } from "./scale.ts"
import { show } from "../show.ts"

/** A way along which losses are drawn, with the length of a plain step. */
export interface Way {
  readonly direction: Float64Array
  readonly profile: Profile
  readonly rate: number
}

/** Draws AUM and cross-entropy along a way, or says why there is none. */
export const drawProfile = (
  target: SVGSVGElement,
  scene: Scene,
  way: Result.Result<Way, string>,
  width: number
): void => {
  const height = 240
  if (Result.isFailure(way)) {
    empty(target, width, height, way.failure)
    return
  }
  const { direction, profile, rate } = way.success
  const { best } = profile
  const last = Math.max(best.step * 1.35, rate * 1.15)
  const aum = aumAlong(profile, last)
  const crossEntropy = crossEntropyAlong(scene, direction, last)
  const highest = Math.max(...[...aum, ...crossEntropy].map(({ value }) => value), 0.1)
  const box: Box = { left: 46, right: width - 12, top: 10, bottom: height - 46 }
  const x = linear(0, last, box.left, box.right)
  const y = linear(0, highest * 1.06, box.bottom, box.top)
  const curve = (points: typeof aum) => points.map(({ step, value }) => [x.at(step), y.at(value)] as const)
  const bestAt = [x.at(best.step), y.at(best.aum)] as const
  draw(
    target,
    width,
    height,
    `AUM and cross-entropy by the length of the step. AUM is least at ${show(best.step)}, where it is ${show(best.aum)}.`,
    [
      ...xGrid(box, x, 6),
      ...yGrid(box, y, 4),
      frame(box),
      rule(x.at(rate), box.top, x.at(rate), box.bottom, "crossing"),
      line(curve(crossEntropy), { class: "curve entropy" }),
      line(curve(aum), { class: "curve aum" }),
      svg("circle", { class: "best", cx: bestAt[0], cy: bestAt[1], r: 5.5 }),
      text(bestAt[0], bestAt[1] - 12, `least AUM ${show(best.aum)}`, {
        class: "name",
        "text-anchor": bestAt[0] < box.left + 60 ? "start" : "middle"
      }),
      xTitle(box, "length of the step"),
      yTitle(box, "loss")
    ]
  )
}
