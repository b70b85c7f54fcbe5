/**
 * Public repositories that files come from, each at one commit: an address with a commit in it never changes.
 */
const raw =
  (repository: string, commit: string) =>
  (path: string): string =>
    `https://raw.githubusercontent.com/${repository}/${commit}/${path}`

export const at = {
  brownlee: raw("jbrownlee/Datasets", "d20fcb6402ae34e653d4513b00f39257bb37ed7f"),
  penguins: raw("allisonhorst/palmerpenguins", "8957207b78d6ccd1b4654a9dd9c9041b657478ab"),
  plotnine: raw("has2k1/plotnine", "6836b99d3a979bc8741d73760460f36f7ad76a9c"),
  soak: raw("tdhock/cv-same-other-paper", "a802cc46d287d15bd16217a8c599a44a48de412d"),
  fashion: raw("zalandoresearch/fashion-mnist", "b2617bb6d3ffa2e429640350f613e3291e10b141")
}
