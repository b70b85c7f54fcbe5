/** Elements of the page, and new ones for figures. */

/** The element of an id, which the document has: one that is missing is a mistake of the build. */
export const byId = <A extends Element = HTMLElement>(id: string): A => {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the document has no element #${id}`)
  return element as unknown as A
}

type Attributes = Readonly<Record<string, string | number>>

/** Sets attributes. */
export const assign = <A extends Element>(element: A, attributes: Attributes): A => {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  return element
}

/** Makes an SVG element. */
export const svg = (
  tag: string,
  attributes: Attributes = {},
  ...children: ReadonlyArray<Node | string>
): SVGElement => {
  const element = assign(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes)
  element.append(...children)
  return element
}

/** A line of text in a figure. */
export const text = (x: number, y: number, words: string, attributes: Attributes = {}): SVGElement =>
  svg("text", { x, y, ...attributes }, words)

/** A path through points. */
export const line = (points: ReadonlyArray<readonly [number, number]>, attributes: Attributes): SVGElement =>
  svg("path", {
    d: points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(2)},${y.toFixed(2)}`).join(""),
    ...attributes
  })

/** A straight line. */
export const rule = (x1: number, y1: number, x2: number, y2: number, name: string): SVGElement =>
  svg("line", { x1, y1, x2, y2, class: name })

/** A cell or another HTML element with text. */
export const html = <K extends keyof HTMLElementTagNameMap>(tag: K, words: string): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag)
  element.textContent = words
  return element
}
