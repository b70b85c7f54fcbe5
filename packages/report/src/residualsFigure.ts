import { around } from "./draw/scale.ts"
import type { Mark } from "./draw/panel.ts"
import type { Described, PanelFigure } from "./figureModel.ts"
import { panelsOf, reference } from "./internal/grid.ts"
import { ofPredictions } from "./internal/select.ts"
import { integer } from "./Numbers.ts"
import type { ReportModel } from "./ReportModel.ts"

/** Describes residuals against fitted values of a regression. */
export const residuals = (model: ReportModel, task: string): ReadonlyArray<Described<PanelFigure>> =>
  ofPredictions(model, task, model.predictions.residuals, (cells, title, leftOut) => {
    const x = { title: "predicted", domain: around(cells.flatMap(({ fitted }) => fitted)) }
    const y = { title: "truth − predicted", domain: around([0, ...cells.flatMap(({ residual }) => residual)]) }
    const most = Math.max(...cells.map(({ fitted }) => fitted.length))
    const isThinned = cells.some(({ fitted, rows }) => fitted.length < rows)

    return {
      kind: "residuals",
      task,
      title: title("Residuals against predictions"),
      caption:
        "Each point is a test row: how far the truth is above what was predicted. Where points lean to one side of the line, " +
        `predictions are wrong in a way that can be learned.${isThinned ? ` Of many rows ${integer(most)} are shown, evenly spread.` : ""}` +
        leftOut,
      ...panelsOf(model, task, cells, (own) => ({
        x,
        y,
        marks: [
          reference(x.domain.map((at) => [at, 0] as const)),
          ...own.map(([{ fitted, residual }, { colour, name, of, shape }]): Mark => ({
            kind: "dots",
            of,
            colour,
            shape,
            name,
            radius: 1.8,
            opacity: 0.6,
            points: fitted.map((value, i) => [value, residual[i]!] as const)
          }))
        ]
      }))
    }
  })
