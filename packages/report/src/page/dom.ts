/** All elements that a selector finds below one. */
export const all = <E extends Element = HTMLElement>(
  selector: string,
  root: ParentNode = document
): ReadonlyArray<E> => [...root.querySelectorAll<E>(selector)]

/** Whether an element, and all that it is in, is shown. */
export const isShown = (element: Element): boolean => element.closest(".off, [hidden]") === null

/** Makes an element with attributes and text. */
export const make = (name: string, attributes: Readonly<Record<string, string>>, text = ""): HTMLElement => {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.textContent = text
  return element
}
