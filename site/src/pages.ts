/** The pages of the site that people wrote, in the order of the navigation. */

export interface Page {
  /** The Markdown file, from the root of the repository. */
  readonly source: string
  /** Where the page is in the site. */
  readonly path: string
  /** The name in the navigation, where the heading of the file is too long for it. */
  readonly name?: string
}

export interface Section {
  readonly title: string
  readonly pages: ReadonlyArray<Page>
}

const doc = (file: string, name?: string): Page => ({
  source: `docs/${file}.md`,
  path: `${file}.html`,
  ...(name === undefined ? {} : { name })
})

const tutorial = (folder: string, name: string): Page => ({
  source: `examples/${folder}/README.md`,
  path: `tutorials/${folder}.html`,
  name
})

const project = (file: string, name: string): Page => ({
  source: `${file}.md`,
  path: `project/${file.toLowerCase()}.html`,
  name
})

export const sections: ReadonlyArray<Section> = [
  {
    title: "Begin",
    pages: [doc("index", "What rocflow is"), doc("start"), doc("concepts"), doc("glossary", "Words")]
  },
  {
    title: "Tutorials",
    pages: [
      doc("tutorials", "Which one?"),
      tutorial("main-job", "May we train on the others?"),
      tutorial("soak", "A difference of size, or of kind?"),
      tutorial("binary-classification", "Binary classification"),
      tutorial("two-moons", "Thresholds and rare classes"),
      tutorial("losses", "Which loss?"),
      tutorial("tuning", "Tuning and epochs"),
      tutorial("multimodal", "Numbers, categories, pictures"),
      tutorial("image-subsets", "Images of several sources"),
      tutorial("browser", "A model on a page"),
      tutorial("autograd-overhead", "Overhead of autograd")
    ]
  },
  {
    title: "How to",
    pages: [
      doc("how-to/own-csv", "Use my own CSV"),
      doc("how-to/predict", "Predict new rows"),
      doc("how-to/which-loss", "Choose a loss"),
      doc("how-to/groups-and-time", "Respect groups and time"),
      doc("how-to/cluster", "Use a cluster"),
      doc("extending", "Write parts of my own"),
      doc("how-to/reproduce", "Reproduce a paper")
    ]
  },
  {
    title: "Coming from",
    pages: [
      doc("from/mlr3", "mlr3"),
      doc("from/scikit-learn", "scikit-learn"),
      doc("from/pytorch", "PyTorch"),
      doc("from/keras", "Keras")
    ]
  },
  {
    title: "Reference",
    pages: [
      doc("experiments", "Experiment files"),
      doc("data", "Public data sets"),
      doc("json", "Output for programs"),
      doc("explorer", "AUM explorer")
    ]
  },
  {
    title: "Background",
    pages: [
      doc("aum", "Mathematics of AUM"),
      doc("benchmarks", "Benchmarks"),
      doc("limits", "Limits"),
      doc("architecture", "Architecture")
    ]
  },
  {
    title: "Project",
    pages: [project("CONTRIBUTING", "Contributing"), project("SECURITY", "Security"), project("CHANGELOG", "Changelog")]
  }
]

export const pages: ReadonlyArray<Page> = sections.flatMap((section) => section.pages)
