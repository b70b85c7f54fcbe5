/** The figure of the ROC curve. */
import * as Roc from "@rocflow/losses/Roc"
import type { Reading } from "../Reading.ts"
import { type Box, draw, empty, frame, xGrid, xTitle, yGrid, yTitle } from "./axes.ts"
import { line, rule, svg } from "./dom.ts"
import { linear } from "./scale.ts"
import { showMeasured } from "../show.ts"

/** Draws the ROC curve of the scores. The colour of a point is that of the lesser error, which AUM adds up. */
export const drawRoc = (target: SVGSVGElement, { auc, roc }: Reading, width: number): void => {
  const size = Math.min(width, 384)
  if (Roc.isUndefined(roc)) {
    empty(target, width, size, roc.reason)
    return
  }
  const box: Box = { left: 46, right: size - 12, top: 10, bottom: size - 48 }
  const x = linear(0, 1, box.left, box.right)
  const y = linear(0, 1, box.bottom, box.top)
  const points = Array.from(roc.fpr, (fpr, k) => ({ fpr, tpr: roc.tpr[k]!, fnr: roc.fnr[k]! }))
  const at = points.map(({ fpr, tpr }) => [x.at(fpr), y.at(tpr)] as const)
  draw(target, size, size, `ROC curve, area ${showMeasured(auc)}`, [
    ...xGrid(box, x, 5),
    ...yGrid(box, y, 5),
    frame(box),
    line([[x.at(0), y.at(0)], ...at, [x.at(1), y.at(0)]], { class: "under" }),
    rule(x.at(0), y.at(0), x.at(1), y.at(1), "chance"),
    rule(x.at(0), y.at(1), x.at(1), y.at(0), "crossing"),
    line(at, { class: "curve plain" }),
    ...points.map(({ fnr, fpr, tpr }) =>
      svg("circle", {
        class: `point ${fpr < fnr ? "negative" : "positive"}`,
        cx: x.at(fpr),
        cy: y.at(tpr),
        r: points.length > 40 ? 2.4 : 4
      })
    ),
    xTitle(box, "FPR"),
    yTitle(box, "TPR = 1 − FNR")
  ])
}
