/** The marks of examples. Shapes say the same as colours: positives are round, negatives square. */
import { svg } from "./dom.ts"

/** A mark around (0, 0). */
export const marker = (positive: boolean, radius: number): SVGElement =>
  positive
    ? svg("circle", { class: "mark positive", r: radius })
    : svg("rect", {
        class: "mark negative",
        x: -radius * 0.9,
        y: -radius * 0.9,
        width: radius * 1.8,
        height: radius * 1.8,
        rx: radius / 5
      })
