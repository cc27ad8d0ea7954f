export { type ChromeTrace, toChromeTrace, type TraceEvent } from './to-chrome-trace.ts'
export { toHtml } from './to-html.ts'
export { toMermaid } from './to-mermaid.ts'
export { type TextOptions, toText } from './to-text.ts'
