/**
 * What a pointer is at: the numbers of the nearest point of a panel, or the words of a mark.
 */
import { tickTexts } from "../draw/scale.ts"
import { all, isShown, make } from "./dom.ts"
import { at, type Frame, frameOf, pointsOf } from "./frame.ts"

/** How near a point must be, in pixels of a panel. */
const reach = 26

interface Near {
  readonly distance: number
  readonly words: string
}

const written = (axis: Frame["x"], value: number): string =>
  axis.names?.[Math.floor(value)] ?? tickTexts(axis, [Number(value.toPrecision(4))])[0]!

const nearest = (svg: Element, frame: Frame, px: number, py: number): Near | undefined => {
  let best: Near | undefined
  for (const mark of all<SVGElement>("[data-points]", svg)) {
    if (!isShown(mark)) continue
    pointsOf(mark).forEach((point, i) => {
      const [x = 0, y = 0] = point
      const [left, top] = at(frame, x, y)
      const distance = Math.hypot(left - px, top - py)
      if (distance > reach || (best !== undefined && best.distance <= distance)) return
      const own = mark.children[i]?.getAttribute("data-tip")
      const words =
        own ??
        `${mark.getAttribute("data-name")} — ${frame.x.title} ${written(frame.x, x)}, ${frame.y.title} ${written(frame.y, y)}`
      best = { distance, words }
    })
  }
  return best
}

/** Starts following the pointer. Titles, which browsers would show a second later themselves, become words of ours. */
export const pointing = (): void => {
  for (const title of all<SVGTitleElement>("main svg title")) {
    title.parentElement?.setAttribute("data-tip", title.textContent ?? "")
    title.remove()
  }
  const tip = make("div", { id: "tip", role: "status" })
  document.body.append(tip)
  const say = (words: string, x: number, y: number): void => {
    tip.textContent = words
    if (words === "") return
    const { height, width } = tip.getBoundingClientRect()
    tip.style.left = `${Math.max(4, Math.min(x + 12, innerWidth - width - 8))}px`
    tip.style.top = `${y + height + 20 > innerHeight ? y - height - 12 : y + 16}px`
  }
  const follow = ({ clientX, clientY, target }: PointerEvent): void => {
    const element = target instanceof Element ? target : null
    const svg = element?.closest(".panel svg") ?? null
    const frame = svg === null ? undefined : frameOf(svg)
    if (svg !== null && frame !== undefined && !frame.matrix) {
      const box = svg.getBoundingClientRect()
      const scale = frame.width / box.width
      const found = nearest(svg, frame, (clientX - box.left) * scale, (clientY - box.top) * scale)
      say(found?.words ?? "", clientX, clientY)
    } else say(element?.closest("main [data-tip]")?.getAttribute("data-tip") ?? "", clientX, clientY)
  }
  document.addEventListener("pointermove", follow)
  document.addEventListener("pointerdown", follow)
  document.addEventListener("scroll", () => say("", 0, 0), { passive: true })
}
