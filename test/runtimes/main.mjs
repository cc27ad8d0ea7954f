// What Node, Bun and Deno run: the suite in a process of its own, its results as the last line. That the process then ends by itself shows that nothing is left.
import { smoke } from './smoke.mjs'

const version = globalThis.Bun?.version ?? globalThis.Deno?.version.deno ?? process.versions.node
const results = await smoke({ blocks: true })
console.log(JSON.stringify({ version, results }))
