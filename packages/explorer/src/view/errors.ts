/** The figure of FPR and FNR by threshold, with AUM as the area under the lesser one. */
import * as Roc from "@rocflow/losses/Roc"
import { type Interval, type Reading, shifted } from "../Reading.ts"
import type { Scene } from "../Scene.ts"
import { type Box, draw, empty, frame, xGrid, xTitle, yGrid, yTitle } from "./axes.ts"
import { line, rule, svg, text } from "./dom.ts"
import { marker } from "./markers.ts"
import { linear, type Scale } from "./scale.ts"
import { show, showMeasured } from "../show.ts"

type Points = ReadonlyArray<readonly [number, number]>

/** A step curve over all thresholds of the axis. */
const steps = (intervals: ReadonlyArray<Interval>, x: Scale, y: Scale, of: (interval: Interval) => number): Points =>
  intervals.flatMap((interval) => {
    const height = y.at(of(interval))
    const within = (threshold: number) => x.at(Math.min(x.to, Math.max(x.from, threshold)))
    return [
      [within(interval.from), height],
      [within(interval.to), height]
    ] as const
  })

/** The number of AUM, in the middle of the area where the area is large enough to hold it. */
const areaName = (lesser: Points, bottom: number, words: string): ReadonlyArray<SVGElement> => {
  const inside = lesser.filter(([, y]) => bottom - y > 26).map(([x]) => x)
  const [from, to] = [Math.min(...inside), Math.max(...inside)]
  return to - from > 90 ? [text((from + to) / 2, bottom - 10, words, { class: "name", "text-anchor": "middle" })] : []
}

/** Draws FPR and FNR (or their counts) of a scene. The horizontal axis is that of the examples above it. */
export const drawErrors = (target: SVGSVGElement, scene: Scene, reading: Reading, width: number, end: number): void => {
  const height = 250
  const { aum, errors } = reading
  if (Roc.isUndefined(errors)) {
    empty(target, width, height, errors.reason)
    return
  }
  const { crossing, intervals } = errors
  const box: Box = { left: 46, right: width - 12, top: 12, bottom: height - 44 }
  const x = linear(-end, end, box.left, box.right)
  const highest = Math.max(...intervals.map(({ fn, fp }) => Math.max(fn, fp)))
  const y = linear(0, highest, box.bottom, box.top + 4)
  const lesser = steps(intervals, x, y, ({ fn, fp }) => Math.min(fn, fp))
  const rates = scene.denominator === "rate"
  const names = rates ? (["FPR", "FNR"] as const) : (["FP", "FN"] as const)
  // Rarer classes have lower curves when errors are counted.
  const [first, last] = [y.at(intervals[0]!.fp), y.at(intervals.at(-1)!.fn)]
  draw(
    target,
    width,
    height,
    `${names.join(" and ")} by threshold. The area under the lesser of the two is AUM, ${showMeasured(aum)}. They cross at the score ${show(crossing)}.`,
    [
      ...xGrid(box, x, width < 500 ? 7 : 12),
      ...yGrid(box, y, 4),
      frame(box),
      line([[x.at(-end), y.at(0)], ...lesser, [x.at(end), y.at(0)]], { class: "area" }),
      line(
        steps(intervals, x, y, ({ fp }) => fp),
        { class: "curve negative" }
      ),
      line(
        steps(intervals, x, y, ({ fn }) => fn),
        { class: "curve positive" }
      ),
      rule(x.at(crossing), box.top, x.at(crossing), box.bottom, "crossing"),
      text(box.left + 6, first + (first < box.top + 20 ? 15 : -6), names[0], { class: "name negative" }),
      text(box.right - 6, last + (last < box.top + 20 ? 15 : -6), names[1], {
        class: "name positive",
        "text-anchor": "end"
      }),
      ...areaName(lesser, box.bottom, `AUM ${showMeasured(aum)}`),
      ...scene.examples.map((example) =>
        svg(
          "g",
          { transform: `translate(${x.at(shifted(example, scene.margin)).toFixed(2)} ${box.bottom})` },
          marker(example.positive, 3.2)
        )
      ),
      xTitle(box, "threshold: scores above it are called positive"),
      yTitle(box, rates ? "share of the class" : "weight of errors")
    ]
  )
}
