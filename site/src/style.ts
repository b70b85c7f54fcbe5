/** The style of the site: one look on light and dark ground, from wide screens down to phones. */

const colours = {
  ground: ["#ffffff", "#14181d"],
  panel: ["#f6f7f9", "#1b2027"],
  line: ["#dfe3e8", "#333b45"],
  edge: ["#7a8592", "#7d8894"],
  text: ["#1c2430", "#e8ebef"],
  muted: ["#55606d", "#a9b3be"],
  link: ["#005a9c", "#7cc0ff"],
  mark: ["#fff1b8", "#5a4a00"],
  keyword: ["#8a2b8f", "#e3a1e8"],
  string: ["#0b6b43", "#7fd6a5"],
  number: ["#9a4a00", "#ffb27a"],
  comment: ["#5b6673", "#a3adb8"],
  title: ["#00558f", "#8cc8ff"]
} as const

const variables = Object.entries(colours)
  .map(([name, [light, dark]]) => `--${name}:light-dark(${light},${dark})`)
  .join(";")

export const style = `
:root{color-scheme:light dark;${variables}}
:root[data-theme=light]{color-scheme:light}
:root[data-theme=dark]{color-scheme:dark}
*{box-sizing:border-box}
html{font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;background:var(--ground);color:var(--text);scroll-padding-top:4.5rem;-webkit-text-size-adjust:100%}
body{margin:0}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
main:focus{outline:0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0}
[hidden]{display:none!important}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.6rem;z-index:9;background:var(--ground);padding:.3rem .6rem}
button,input{font:inherit;font-size:.92rem;color:inherit;background:var(--ground);border:1px solid var(--edge);border-radius:6px;min-height:2.3rem;padding:.2rem .7rem}
button{cursor:pointer;white-space:nowrap}
button:hover{background:var(--panel)}
.top{position:sticky;top:0;z-index:5;display:flex;gap:.8rem;align-items:center;padding:.55rem clamp(.8rem,2vw,1.6rem);background:var(--ground);border-bottom:1px solid var(--line)}
.brand{font-weight:700;font-size:1.1rem;color:inherit;text-decoration:none;padding:.4rem 0}
#menu{display:none}
.search{position:relative;flex:1;max-width:34rem;margin-left:auto}
.search input{width:100%}
#found{position:absolute;top:calc(100% + 6px);left:0;right:0;margin:0;padding:.3rem;list-style:none;background:var(--ground);border:1px solid var(--edge);border-radius:8px;max-height:70vh;overflow:auto;box-shadow:0 8px 30px rgb(0 0 0/.25)}
#found li{padding:.4rem .6rem;border-radius:6px;cursor:pointer}
#found li[aria-selected=true],#found li:hover{background:var(--panel);outline:1px solid var(--edge)}
#found b{display:block;font-weight:600}
#found small{display:block;color:var(--muted);overflow:hidden;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical}
#found mark{background:var(--mark);color:inherit}
.columns{display:grid;grid-template-columns:16.5rem minmax(0,1fr) 15rem;gap:clamp(1rem,2.5vw,2.6rem);max-width:92rem;margin:0 auto;padding:0 clamp(.8rem,2vw,1.6rem)}
#navigation,.contents{position:sticky;top:3.6rem;align-self:start;max-height:calc(100vh - 3.6rem);overflow:auto;padding:1.2rem 0 2rem;font-size:.9rem;line-height:1.4}
#navigation h2,.contents h2{font-size:.8rem;margin:1.1rem 0 .3rem;color:var(--muted);letter-spacing:.02em}
#navigation section:first-child h2,.contents h2{margin-top:0}
#navigation ul,.contents ul{list-style:none;margin:0;padding:0}
#navigation li a,.contents li a{display:block;padding:.24rem .55rem;border-radius:5px;text-decoration:none;color:inherit;overflow-wrap:anywhere}
#navigation li a:hover,.contents li a:hover{background:var(--panel);text-decoration:underline}
#navigation a[aria-current]{background:var(--panel);color:var(--link);font-weight:600;box-shadow:inset 3px 0 var(--link)}
.contents li.depth3 a{padding-left:1.4rem;color:var(--muted)}
main{padding:1.4rem 0 4rem;min-width:0}
article{max-width:52rem;overflow-wrap:break-word}
h1{font-size:clamp(1.6rem,4vw,2.1rem);line-height:1.2;margin:.2rem 0 1rem;letter-spacing:-.01em}
article h2{font-size:1.4rem;line-height:1.3;margin:2.4rem 0 .7rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1.13rem;margin:1.8rem 0 .5rem}
h4,h5{font-size:1rem;margin:1.5rem 0 .4rem}
.anchor{text-decoration:none;opacity:0;font-weight:400}
:is(h2,h3,h4,h5):hover .anchor,.anchor:focus-visible{opacity:1}
p,ul,ol{margin:.7rem 0}
ul,ol{padding-left:1.5rem}
li{margin:.25rem 0}
code{font:.88em/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;background:var(--panel);border-radius:4px;padding:.1em .3em}
a code{color:inherit}
pre{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;overflow:auto;line-height:1.5;margin:.9rem 0}
pre code{background:none;padding:0;font-size:.84rem}
.table{overflow:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.92rem;min-width:min(100%,26rem)}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem;border-bottom:1px solid var(--line)}
thead th{border-bottom:2px solid var(--edge)}
th.right,td.right{text-align:right}
td code{overflow-wrap:normal}
img{max-width:100%;height:auto;background:#fff;border-radius:6px}
blockquote{margin:1rem 0;padding:.1rem 1rem;border-left:4px solid var(--edge);color:var(--muted)}
math{font-family:"Cambria Math","STIX Two Math","Latin Modern Math","Noto Sans Math","DejaVu Math TeX Gyre",math;font-size:1.08em}
.formula{overflow-x:auto;overflow-y:hidden;margin:1rem 0;padding:.2rem 0}
.neighbours{display:flex;justify-content:space-between;gap:1rem;margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);max-width:52rem}
.neighbours a{display:block;text-decoration:none}
.neighbours a[rel=next]{text-align:right}
.neighbours small{display:block;color:var(--muted)}
.signature code{white-space:pre-wrap;overflow-wrap:anywhere}
.kind{color:var(--muted);font-weight:400;font-size:.85rem;margin-left:.4rem}
.hljs-keyword,.hljs-built_in,.hljs-literal,.hljs-tag .hljs-name{color:var(--keyword)}
.hljs-string,.hljs-regexp{color:var(--string)}
.hljs-number{color:var(--number)}
.hljs-comment,.hljs-meta{color:var(--comment)}
.hljs-title,.hljs-attr,.hljs-attribute,.hljs-section{color:var(--title)}
@media(max-width:75rem){.columns{grid-template-columns:15rem minmax(0,1fr)}.contents{display:none}}
@media(max-width:52rem){
.columns{display:block}
#menu{display:block}
.scripted #navigation{display:none}
.scripted #navigation.open{display:block}
#navigation{position:static;max-height:none;padding-bottom:1rem;border-bottom:1px solid var(--line)}
#navigation li a{padding:.5rem .55rem}
.top{gap:.5rem;flex-wrap:wrap}
.search{order:9;flex-basis:100%;max-width:none}
#theme{margin-left:auto}
html{scroll-padding-top:7rem}
article h2{font-size:1.25rem}
}
@media print{.top,#navigation,.contents,.neighbours,.anchor{display:none}.columns{display:block}}
`
