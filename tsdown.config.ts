import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { defineConfig, type UserConfig } from 'tsdown'

// A folder with an `index.ts` is a subpath.
const subpaths = globSync('src/*/index.ts').map((entry) => dirname(entry).slice('src/'.length))

/** Those that import modules of Node. */
const ON_NODE = ['cli', 'diagnostics', 'otel', 'progress']

// One bundled file per entry, built by itself: an import of many small files costs several times as long to load.
const config: UserConfig[] = ['index', ...subpaths].map((name) =>
  defineConfig({
    entry: { [name]: name === 'index' ? 'src/index.ts' : `src/${name}/index.ts` },
    format: 'esm',
    platform: ON_NODE.includes(name) ? 'node' : 'neutral',
    target: 'es2022',
    tsconfig: ON_NODE.includes(name) ? 'tsconfig.node.json' : 'tsconfig.src.json',
    // Nobody imports the command.
    dts: name !== 'cli',
    clean: name === 'index',
    failOnWarn: true,
    outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
  }),
)

export default config
