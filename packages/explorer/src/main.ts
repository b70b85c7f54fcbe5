/** The page: controls change the session, and what is on the page follows from it. */
import * as Roc from "@rocflow/losses/Roc"
import * as Result from "effect/Result"
import { gradientOf, search } from "./Descent.ts"
import * as Link from "./Link.ts"
import { presets } from "./presets.ts"
import { type Reading, read } from "./Reading.ts"
import * as Scene from "./Scene.ts"
import * as Session from "./Session.ts"
import { assign, byId, html } from "./view/dom.ts"
import { drawErrors } from "./view/errors.ts"
import { drawExamples, focusExample, type Layout, nameOf, nearest } from "./view/examples.ts"
import { drawProfile } from "./view/profile.ts"
import { drawRoc } from "./view/roc.ts"
import { reach } from "./view/scale.ts"
import { show, showMeasured } from "./show.ts"

const figure = (id: string) => byId<SVGSVGElement>(id)
const input = (id: string) => byId<HTMLInputElement>(id)
const select = (id: string) => byId<HTMLSelectElement>(id)
const presetButton = (name: string) => byId(`preset-${name}`)

const fresh = (): Session.Session => {
  const [first] = presets
  if (location.hash.length < 2) return Session.begin(first!.scene, first)
  const scene = Link.read(location.hash)
  return scene === undefined
    ? Session.begin(first!.scene, first, "The address holds no scene that can be read; this is the first preset.")
    : Session.begin(scene)
}

let session = fresh()
/** An example that a pointer holds, and the scene as it would be if it let go. Axis and rows stay while it moves. */
let held: { readonly id: number; readonly scene: Scene.Scene; readonly layout: Layout } | undefined
let layout: Layout

const measured = (id: string, value: Roc.Measured): void => {
  const target = byId<HTMLDataElement>(id)
  const absent = Roc.isUndefined(value)
  target.value = absent ? "" : String(value)
  target.textContent = showMeasured(value)
  target.parentElement!.classList.toggle("absent", absent)
  target.parentElement!.title = absent ? value.reason : ""
}

/** Fills the table, while it is open. */
const tabulate = ({ examples }: Scene.Scene, { crossEntropyGradient, derivatives }: Reading): void => {
  const cell = (values: Float64Array | undefined, i: number) => (values === undefined ? "–" : show(values[i]!))
  const rows = examples.map(({ id, positive, score, weight }, i) => {
    const row = document.createElement("tr")
    const words = [positive ? "positive" : "negative", show(score), show(weight)]
    const slopes = [derivatives?.left, derivatives?.right, derivatives?.gradient, crossEntropyGradient]
    const cells = [...words, ...slopes.map((values) => cell(values, i))].map((words) => html("td", words))
    for (const number of cells.slice(1)) number.className = "num"
    row.append(assign(html("th", String(id + 1)), { scope: "row" }), ...cells)
    return row
  })
  byId("rows").replaceChildren(...rows)
}

/** A field that somebody is typing in is left alone. */
const fill = (id: string, value: number): void => {
  if (document.activeElement !== input(id)) input(id).value = String(Number(value.toFixed(4)))
}

const settle = (scene: Scene.Scene): void => {
  const chosen = scene.examples.find(({ id }) => id === session.selected)!
  byId("chosen-name").textContent = nameOf(chosen)
  fill("score", chosen.score)
  fill("weight", chosen.weight)
  input("margin").value = String(scene.margin)
  byId("margin-value").textContent = show(scene.margin)
  select("errors-as").value = scene.denominator
  select("order").value = session.order
  input("rate").value = String(session.rate)
  byId("rate-value").textContent = show(Session.rates[session.rate]!)
  for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=loss]")) {
    radio.checked = radio.value === session.loss
  }
  const { preset } = session.history.present
  for (const { name } of presets) presetButton(name).setAttribute("aria-pressed", String(name === preset?.name))
  byId("remark").textContent = preset?.remark ?? "A scene from a link. Reset brings it back."
  // Not disabled: a button that is would lose the focus, and with it the place of a keyboard.
  const off = (id: string, value: boolean) => byId(id).setAttribute("aria-disabled", String(value))
  off("undo", session.history.past.length === 0)
  off("redo", session.history.future.length === 0)
  off("remove", scene.examples.length <= 1)
  byId("status").textContent = session.said
}

const render = (): void => {
  const scene = held?.scene ?? Session.sceneOf(session)
  const reading = read(scene)
  const end = held?.layout.x.to ?? reach(scene)
  // Asked before anything is written: afterwards the browser would have to lay the page out for an answer.
  const [wide, narrow] = ["examples", "roc"].map((id) => byId(id).parentElement!.clientWidth) as [number, number]
  measured("aum", reading.aum)
  measured("auc", reading.auc)
  measured("cross-entropy", reading.crossEntropy)
  const { loss, selected } = session
  const order = held?.layout.order ?? Scene.sorted(scene, session.order)
  const direction = gradientOf(reading, loss)
  const rate = Session.rates[session.rate]!
  const after = direction && Scene.descend(scene, direction, rate).examples.map(({ score }) => score)
  layout = drawExamples(figure("examples"), { scene, reading, selected, order, after, width: wide, end })
  drawErrors(figure("errors"), scene, reading, wide, end)
  drawRoc(figure("roc"), reading, narrow)
  const way =
    direction === undefined
      ? Result.fail("Without both classes there is no AUM to follow.")
      : Result.map(search(scene, direction), (profile) => ({ direction, profile, rate }))
  drawProfile(figure("profile"), scene, way, narrow)
  if (byId<HTMLDetailsElement>("numbers").open) tabulate(scene, reading)
  settle(scene)
}

let awaited = false

/** Renders before the next frame: a pointer may move more often. */
const renderSoon = (): void => {
  if (awaited) return
  awaited = true
  requestAnimationFrame(() => {
    awaited = false
    render()
  })
}

const writeAddress = (): void => history.replaceState(null, "", Link.write(Session.sceneOf(session)))

let unwritten: ReturnType<typeof setTimeout> | undefined

/** Shows a session, and soon writes its scene into the address: browsers refuse an address that changes too often. */
const go = (next: Session.Session): void => {
  session = next
  held = undefined
  clearTimeout(unwritten)
  unwritten = setTimeout(writeAddress, 250)
  render()
}

const on = (id: string, event: string, act: (target: HTMLInputElement) => Session.Session): void =>
  byId(id).addEventListener(event, () => go(act(input(id))))

const change = (
  edit: (scene: Scene.Scene, id: number) => Scene.Scene,
  what?: string,
  name?: string
): Session.Session => {
  const scene = edit(Session.sceneOf(session), session.selected)
  return Session.edited(session, scene, what, name === undefined ? undefined : `${name} ${session.selected}`)
}

/** A number that was typed: nothing happens while it is none. */
const typed = (target: HTMLInputElement, edit: (scene: Scene.Scene, id: number, value: number) => Scene.Scene) =>
  Number.isFinite(target.valueAsNumber)
    ? change((scene, id) => edit(scene, id, target.valueAsNumber), undefined, target.id)
    : session

const controls = (): void => {
  for (const preset of presets) {
    presetButton(preset.name).addEventListener("click", () => go(Session.begun(session, preset)))
  }
  for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=loss]")) {
    radio.addEventListener("change", () => go({ ...session, loss: radio.value === "aum" ? "aum" : "crossEntropy" }))
  }
  on("add-positive", "click", () => Session.added(session, true))
  on("add-negative", "click", () => Session.added(session, false))
  on("undo", "click", () => Session.undone(session))
  on("redo", "click", () => Session.redone(session))
  on("reset", "click", () => Session.reset(session))
  on("flip", "click", () => change(Scene.flip))
  on("remove", "click", () => Session.removed(session, session.selected))
  on("step", "click", () => Session.stepped(session))
  on("search", "click", () => Session.searched(session))
  on("score", "input", (target) => typed(target, Scene.move))
  on("weight", "input", (target) => typed(target, Scene.weigh))
  on("margin", "input", (target) =>
    change((scene) => ({ ...scene, margin: target.valueAsNumber }), undefined, "margin")
  )
  on("errors-as", "change", ({ value }) =>
    change((scene) => ({ ...scene, denominator: value === "count" ? "count" : "rate" }))
  )
  on("order", "change", ({ value }) => ({
    ...session,
    order: value === "score" || value === "class" ? value : "added"
  }))
  on("rate", "input", (target) => ({ ...session, rate: target.valueAsNumber }))
  for (const id of ["score", "weight"]) byId(id).addEventListener("blur", render)
  byId("numbers").addEventListener("toggle", render)
  byId("share").addEventListener("click", () => {
    const say = (said: string) => go({ ...session, said })
    writeAddress()
    navigator.clipboard.writeText(location.href).then(
      () => say("The link to this scene is copied."),
      () => say("The link to this scene is in the address bar.")
    )
  })
}

/** So many scores of a unit can be reached by a pointer: few, so that ties can be made. */
const perUnit = 20

const pointer = (): void => {
  const target = figure("examples")
  const place = (event: PointerEvent) => {
    const { left, top } = target.getBoundingClientRect()
    return [event.clientX - left, event.clientY - top] as const
  }
  target.addEventListener("pointerdown", (event) => {
    const scene = Session.sceneOf(session)
    const id = nearest(layout, scene, place(event))
    if (id === undefined || held !== undefined || event.button !== 0) return
    event.preventDefault()
    target.setPointerCapture(event.pointerId)
    session = { ...session, selected: id }
    held = { id, scene, layout }
    render()
    focusExample(target, id)
  })
  target.addEventListener("pointermove", (event) => {
    if (held === undefined) return
    const { from, to } = layout.x
    const score = Math.min(to, Math.max(from, layout.x.back(place(event)[0])))
    held = { ...held, scene: Scene.move(held.scene, held.id, Math.round(score * perUnit) / perUnit) }
    renderSoon()
  })
  target.addEventListener("pointerup", () => {
    if (held === undefined) return
    const { scene } = held
    go(scene === Session.sceneOf(session) ? session : Session.edited(session, scene))
  })
  target.addEventListener("pointercancel", () => {
    held = undefined
    render()
  })
}

/** What a key does to the example that has the focus; undefined for keys that do nothing. */
const keyed = (event: KeyboardEvent): Session.Session | undefined => {
  const listed = Scene.sorted(Session.sceneOf(session), session.order)
  const neighbour = (by: number) => ({
    ...session,
    selected: listed[listed.indexOf(session.selected) + by] ?? session.selected
  })
  const by = (distance: number) =>
    change(
      (scene, id) => {
        const { score } = scene.examples.find((example) => example.id === id)!
        return Scene.move(scene, id, Number((score + distance).toFixed(6)))
      },
      undefined,
      "score"
    )
  const distance = event.shiftKey ? 1 : 0.1
  switch (event.key) {
    case "ArrowLeft":
      return by(-distance)
    case "ArrowRight":
      return by(distance)
    case "PageDown":
      return by(-1)
    case "PageUp":
      return by(1)
    case "ArrowUp":
      return neighbour(-1)
    case "ArrowDown":
      return neighbour(1)
    case "Home":
      return { ...session, selected: listed[0]! }
    case "End":
      return { ...session, selected: listed.at(-1)! }
    case "Enter":
    case " ":
      return change(Scene.flip)
    case "Delete":
    case "Backspace":
      return Session.removed(session, session.selected)
    default:
      return undefined
  }
}

const keyboard = (): void => {
  const target = figure("examples")
  target.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const next = keyed(event)
    if (next === undefined) return
    event.preventDefault()
    go(next)
    focusExample(target, session.selected)
  })
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === "number"
    if (!(event.ctrlKey || event.metaKey) || event.altKey || typing) return
    const key = event.key.toLowerCase()
    if (key !== "z" && key !== "y") return
    event.preventDefault()
    go(key === "y" || event.shiftKey ? Session.redone(session) : Session.undone(session))
  })
}

input("rate").max = String(Session.rates.length - 1)
controls()
pointer()
keyboard()
addEventListener("hashchange", () => {
  clearTimeout(unwritten)
  held = undefined
  session = fresh()
  render()
})
new ResizeObserver(renderSoon).observe(document.body)
render()
