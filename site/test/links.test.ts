import { expect, it } from "vitest"
import { broken } from "../src/links.ts"

const files = (html: string) =>
  new Map<string, string | Uint8Array>([
    ["a/index.html", html],
    ["b.html", '<h2 id="part">x</h2>'],
    ["c.png", new Uint8Array()]
  ])

it("lets links to files, to parts of pages and to other machines be", () => {
  const html =
    '<a href="../b.html#part">x</a> <a id="here" href="#here">y</a> <img src="../c.png"> <a href="https://example.org/x#y">z</a>'
  expect(broken(files(html))).toEqual([])
})

it("names links that lead to no file, and to no part", () => {
  expect(broken(files('<a href="../nothing.html">x</a><img src="c.png">'))).toEqual([
    "a/index.html: ../nothing.html leads to no file",
    "a/index.html: c.png leads to no file"
  ])
  expect(broken(files('<a href="../b.html#other">x</a> <a href="#gone">y</a>'))).toEqual([
    "a/index.html: ../b.html#other leads to no part of b.html",
    "a/index.html: #gone leads to no part of a/index.html"
  ])
})
