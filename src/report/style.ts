/** What the page looks like, light and dark. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2128; --dim: #59636e; --paper: #fff; --line: #d8dee4; --hover: #f3f5f7; --ok: #1a7f37; --failed: #cf222e; --cancelled: #9a6700; --skipped: #818b98 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #9198a1; --paper: #0d1117; --line: #2f3742; --hover: #171d25; --ok: #3fb950; --failed: #f85149; --cancelled: #d29922; --skipped: #768390 } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, sans-serif }
main { max-width: 1200px; margin: 0 auto; padding: 16px 24px 48px }
h1 { font-size: 20px; margin: 8px 0 }
p { margin: 4px 0; color: var(--dim) }
h1 span.ok { color: var(--ok) } h1 span.failed { color: var(--failed) } h1 span.cancelled { color: var(--cancelled) }
.error { color: var(--failed); white-space: pre-wrap; overflow-wrap: anywhere }
.wide { overflow-x: auto }
svg { display: block; width: 100%; min-width: 720px; margin: 16px 0 }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink) }
svg .tick { font-size: 11px; fill: var(--dim); text-anchor: middle }
svg .time { text-anchor: end; fill: var(--dim) }
svg .grid { stroke: var(--line) }
svg .back { fill: transparent } svg .row:hover .back { fill: var(--hover) }
svg .ok { fill: var(--ok) } svg .failed { fill: var(--failed) } svg .cancelled { fill: var(--cancelled) } svg .skipped { fill: var(--skipped) }
svg .waiting { fill: var(--line) }
summary { cursor: pointer; color: var(--dim) }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere }
`
